using Hoop.EndToEnd.Tests.Support;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Hoop.EndToEnd.Tests;

/// <summary>The portal in a real browser. Screenshots are kept as test output.</summary>
public sealed class PortalTests(DemoSystem hoop) : IAsyncLifetime
{
    private PortalBrowser browser = null!;

    public async ValueTask InitializeAsync() => browser = await PortalBrowser.StartAsync();

    public ValueTask DisposeAsync() => browser.DisposeAsync();

    [Fact]
    public async Task Bea_sees_a_request_appear_and_approves_it_and_psql_finishes()
    {
        var page = await SignInAsync("bea");
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("delete from orders where id = 31 /* portal-1 */;\nselect 'after';\n");

        // It appears by itself: nothing reloads the page.
        var row = page.GetByTestId("request-row").Filter(new LocatorFilterOptions { HasText = "portal-1" });
        await Expect(row).ToBeVisibleAsync(new() { Timeout = 15_000 });
        await ScreenshotAsync(page, "inbox");
        await row.First.ClickAsync();
        await Expect(page.GetByTestId("approve")).ToBeVisibleAsync();
        await Expect(page.Locator("body")).ToContainTextAsync("delete from orders where id = 31");
        await Expect(page.Locator("body")).ToContainTextAsync("reporting-agent");
        await ScreenshotAsync(page, "request");
        await page.GetByTestId("approve").ClickAsync();

        await psql.SawAsync("after");
        psql.Seen.ShouldContain("DELETE 1");
        await Expect(page.GetByTestId("request-state")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("approved|used", System.Text.RegularExpressions.RegexOptions.IgnoreCase));
    }

    [Fact]
    public async Task Bea_denies_with_a_reason_and_psql_is_told()
    {
        var page = await SignInAsync("bea");
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("delete from orders where id = 32 /* portal-2 */;\n");
        var request = await hoop.PendingRequestAsync("portal-2");
        await PortalBrowser.OpenAsync(page, hoop, $"/requests/{request}");
        await page.GetByTestId("reason").FillAsync("ask me on Monday");
        await page.GetByTestId("deny").ClickAsync();

        await psql.SawAsync("ask me on Monday");
    }

    [Fact]
    public async Task A_withdrawn_request_is_shown_as_such_at_once()
    {
        var page = await SignInAsync("bea");
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("delete from orders where id = 33 /* portal-3 */;\n");
        var request = await hoop.PendingRequestAsync("portal-3");
        await PortalBrowser.OpenAsync(page, hoop, $"/requests/{request}");
        await Expect(page.GetByTestId("approve")).ToBeVisibleAsync();
        psql.Signal("INT");

        await Expect(page.GetByTestId("request-state")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("withdrawn", System.Text.RegularExpressions.RegexOptions.IgnoreCase), new() { Timeout = 15_000 });
        await Expect(page.GetByTestId("approve")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Ana_sees_why_she_cannot_decide_on_her_own_request()
    {
        var page = await SignInAsync("ana");
        await using var psql = await hoop.StartPsqlAsync(principal: "ana");
        await psql.SendAsync("delete from orders where id = 34 /* portal-4 */;\n");
        var request = await hoop.PendingRequestAsync("portal-4");
        await PortalBrowser.OpenAsync(page, hoop, $"/requests/{request}");

        await Expect(page.Locator("body")).ToContainTextAsync("delete from orders where id = 34");
        await Expect(page.GetByTestId("approve")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_sessions_timeline_shows_what_happened()
    {
        await hoop.PsqlAsync("select count(*) from orders /* portal-5 */;\n");
        var page = await SignInAsync("bea");
        var session = await hoop.NewestSessionAsync();
        await PortalBrowser.OpenAsync(page, hoop, "/sessions");
        await Expect(page.Locator("body")).ToContainTextAsync("reporting-agent", new() { Timeout = 15_000 });
        await ScreenshotAsync(page, "sessions");
        await PortalBrowser.OpenAsync(page, hoop, $"/sessions/{session}");
        await Expect(page.Locator("body")).ToContainTextAsync("select count(*) from orders", new() { Timeout = 15_000 });
        await ScreenshotAsync(page, "timeline");
    }

    [Fact]
    public async Task Nobody_gets_in_without_signing_in()
    {
        var page = await browser.Browser.NewPageAsync();
        await page.GotoAsync(hoop.Portal.ToString());
        await Expect(page.GetByTestId("login-bea")).ToBeVisibleAsync();
        await ScreenshotAsync(page, "sign-in");
    }

    private Task<IPage> SignInAsync(string name) => browser.SignInAsync(hoop, name);

    private static Task ScreenshotAsync(IPage page, string name) => page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(AppContext.BaseDirectory, "screenshots", name + ".png"), FullPage = true,
    });
}
