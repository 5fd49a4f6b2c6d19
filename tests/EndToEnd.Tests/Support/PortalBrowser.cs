using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>A real browser, and people who sign in to a system's portal with it.</summary>
internal sealed class PortalBrowser : IAsyncDisposable
{
    private readonly IPlaywright playwright;

    private PortalBrowser(IPlaywright playwright, IBrowser browser) => (this.playwright, Browser) = (playwright, browser);

    internal IBrowser Browser { get; }

    internal static async Task<PortalBrowser> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        return new PortalBrowser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        }));
    }

    /// <summary>In a browser session of their own, on the portal's first page.</summary>
    internal async Task<IPage> SignInAsync(HoopSystem hoop, string name)
    {
        var context = await Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(hoop.Portal.ToString());
        await page.GetByTestId($"login-{name}").ClickAsync();
        // On the portal's own pages again: asked of the page itself, since a wait for a navigation that has just ended waits for ever.
        await Expect(page).ToHaveURLAsync(new Regex($"^{Regex.Escape(hoop.Portal.ToString())}(?!.*signin)"), new() { Timeout = 30_000 });
        await Expect(page.Locator("body")).ToContainTextAsync(name);
        await LiveAsync(page);
        return page;
    }

    /// <summary>Goes to a page of the portal, until it follows the server; what is there before is rendered ahead, and a click on it may be lost.</summary>
    internal static async Task OpenAsync(IPage page, HoopSystem hoop, string path)
    {
        await page.GotoAsync(new Uri(hoop.Portal, path).ToString());
        await LiveAsync(page);
    }

    private static Task LiveAsync(IPage page) => page.Locator("main[data-live]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        playwright.Dispose();
    }
}
