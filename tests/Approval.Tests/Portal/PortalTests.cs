using System.Net;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;
using static Microsoft.Playwright.Assertions;

namespace Hoop.Approval.Tests.Portal;

[Collection(PortalCollection.Name)]
public sealed class PortalTests(SagaRig saga, PortalRig portal)
{
    [Fact]
    public async Task Request_appears_by_itself_and_is_approved_by_a_click()
    {
        var page = await portal.SignInAsync(Bea);
        await Expect(page.GetByTestId("signed-in")).ToHaveTextAsync("bea");
        var request = Request(saga.World.Of(Agent));
        await PortalRig.LiveAsync(page);

        await saga.Ingress.PublishAsync(request);

        var row = Row(page, request);
        await Expect(row).ToContainTextAsync("reporting-agent");
        await row.ClickAsync();
        await Expect(page.GetByTestId("statement")).ToHaveTextAsync(request.Statement);
        await Expect(page.GetByTestId("values")).ToContainTextAsync("42");
        await Expect(page.GetByTestId("plan-waiting")).ToBeVisibleAsync();
        await saga.Ingress.PublishAsync(new ApprovalPreviewed(request.RequestId, 1, "[{\"Plan\":{}}]"));
        await Expect(page.GetByTestId("estimated-rows")).ToHaveTextAsync("1");

        await page.GetByTestId("approve").ClickAsync();

        await Expect(page.GetByTestId("request-state")).ToHaveTextAsync("approved");
        (await saga.Ingress.ResolutionAsync(request.RequestId)).DecidedBy.ShouldBe(["bea"]);
        (await saga.Ingress.RedeemAsync(request)).Granted.ShouldBeTrue();
        await Expect(page.GetByTestId("request-state")).ToHaveTextAsync("used");
    }

    [Fact]
    public async Task Denial_asks_for_a_reason_and_keeps_it()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Agent)));
        var page = await OpenRequestAsync(Bea, request);
        await PortalRig.LiveAsync(page);

        await page.GetByTestId("deny").ClickAsync();
        await Expect(page.GetByTestId("vote-message")).ToContainTextAsync("Say why");
        await page.GetByTestId("reason").FillAsync("Not on a Friday");
        await page.GetByTestId("deny").ClickAsync();

        await Expect(page.GetByTestId("request-state")).ToHaveTextAsync("denied");
        await Expect(page.GetByTestId("votes")).ToContainTextAsync("Not on a Friday");
        await Expect(page.GetByTestId("approve")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Withdrawal_shows_at_once()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Agent)));
        var page = await OpenRequestAsync(Bea, request);
        await PortalRig.LiveAsync(page);

        await saga.Ingress.PublishAsync(new ApprovalWithdrawn(request.RequestId, "cancelled", TimeProvider.System.GetUtcNow()));

        await Expect(page.GetByTestId("request-state")).ToHaveTextAsync("withdrawn");
        await Expect(page.GetByTestId("approve")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Own_request_shows_why_somebody_else_must_decide()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Ana)));
        var page = await OpenRequestAsync(Ana, request);

        await Expect(page.GetByTestId("why-not")).ToContainTextAsync("somebody else must decide");
        await Expect(page.GetByTestId("approve")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Text_from_outside_is_never_markup()
    {
        const string hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
        var request = await saga.OpenAsync(Request(saga.World.Of(Agent)) with { Statement = hostile, Why = hostile, BindValues = [hostile], Objects = [hostile] });
        await saga.Ingress.PublishAsync(new ApprovalPreviewed(request.RequestId, null, hostile + "\u202e"));
        var page = await OpenRequestAsync(Bea, request);

        await Expect(page.GetByTestId("statement")).ToHaveTextAsync(hostile);
        await Expect(page.GetByTestId("plan")).ToHaveTextAsync(hostile + "U+202E");
        (await page.Locator("main img, main script").CountAsync()).ShouldBe(0);
        (await page.TitleAsync()).ShouldNotBe("owned");
    }

    [Fact]
    public async Task What_is_not_seen_is_shown_by_its_number_wherever_it_stands()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Agent)) with
        {
            Statement = $"select '{new string('x', 70_000)}' -- \u202e", Why = "it changes public.or\u2066ders", BindValues = ["1\u200b"], Objects = ["public.or\u2066ders"],
        });
        var page = await OpenRequestAsync(Bea, request);
        await Expect(page.GetByTestId("statement")).ToContainTextAsync("U+202E");
        await Expect(page.GetByTestId("values")).ToContainTextAsync("1U+200B");
        await Expect(page.GetByTestId("why")).ToContainTextAsync("orU+2066ders");
        await Expect(page.GetByText("public.orU+2066ders", new() { Exact = true })).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Sessions_come_from_Audit_for_the_person_who_looks()
    {
        saga.World.Audit["/api/sessions"] = (200, """[{"id":"s-1","principal":"reporting-agent","principalKind":"agent","target":"shop","startedAt":"2026-01-02T03:04:05Z","endedAt":"2026-01-02T03:09:05Z","state":"ended","operations":12,"held":1,"blocked":2}]""");
        saga.World.Audit["/api/sessions/s-1"] = (200, """
            {"session":{"id":"s-1"},"more":false,"events":[{"sequence":0,"at":"2026-01-02T03:04:05Z","kind":"session.started","payload":{"principal":{"name":"reporting-agent"},"target":"shop"}},
             {"sequence":1,"at":"2026-01-02T03:04:06Z","kind":"operation.decided","payload":{"outcome":"block","text":"drop table customers","rules":["nobody-destroys"],"why":"destructive"}},
             {"sequence":2,"at":"2026-01-02T03:04:07Z","kind":"session.ended","payload":{"cause":"client"}}]}
            """);
        var page = await portal.SignInAsync(Cleo);

        await page.GotoAsync(portal.Url + "/sessions");
        await PortalRig.LiveAsync(page);
        await page.GetByTestId("session-row").ClickAsync();

        await Expect(page.GetByTestId("timeline-event")).ToHaveCountAsync(3);
        await Expect(page.GetByTestId("timeline")).ToContainTextAsync("drop table customers");
        saga.World.Watchers.ShouldContain(p => p.Name == "cleo");
        await page.GotoAsync(portal.Url + "/sessions/unknown");
        await Expect(page.GetByTestId("session-problem")).ToContainTextAsync("no such session");
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        var page = await portal.SignInAsync(Bea);
        await PortalRig.LiveAsync(page);
        var signedIn = page.WaitForRequestAsync(r => r.Url.Contains("/authorize"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();

        await signedIn;
    }

    [Fact]
    public async Task Agents_and_forged_sign_ins_get_no_session()
    {
        var page = await portal.SignInAsync(Agent);
        await Expect(page.GetByTestId("sign-in-error")).ToContainTextAsync("Only people");

        saga.World.Forge = claims => claims["nonce"] = "other";
        try
        {
            await Expect((await portal.SignInAsync(Bea)).GetByTestId("sign-in-error")).ToContainTextAsync("wrong nonce");
        }
        finally
        {
            saga.World.Forge = _ => { };
        }

        var stranger = await portal.OpenAsync();
        await stranger.GotoAsync(portal.Url + "/signin-oidc?code=abc&state=made-up");
        await Expect(stranger.GetByTestId("sign-in-error")).ToContainTextAsync("not begun in this browser");
    }

    [Fact]
    public async Task Pages_say_what_a_browser_may_do()
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var answer = await client.GetAsync(portal.Url);

        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("script-src 'self';");
        policy.ShouldContain("frame-ancestors 'none'");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        (await client.PostAsync(portal.Url + "/_blazor/negotiate", null)).StatusCode.ShouldBe(HttpStatusCode.Redirect, "live pages are for people who are signed in");
    }

    [Fact]
    public async Task Another_site_cannot_act_with_a_persons_cookie()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Agent)));
        var page = await portal.SignInAsync(Bea);
        var path = $"{portal.Url}/api/requests/{request.RequestId}/approve";

        var foreign = await page.APIRequest.PostAsync(path, new() { Headers = new Dictionary<string, string> { ["Origin"] = "http://127.0.0.1:9" } });
        var own = await page.APIRequest.PostAsync(path, new() { Headers = new Dictionary<string, string> { ["Origin"] = portal.Url } });

        foreign.Status.ShouldBe(403);
        (await foreign.TextAsync()).ShouldContain("other-origin");
        own.Status.ShouldBe(200);
    }

    private static ILocator Row(IPage page, ApprovalRequested request) => page.Locator($"[data-testid=request-row][data-request='{request.RequestId}']");

    private async Task<IPage> OpenRequestAsync(Contracts.Identity.Principal person, ApprovalRequested request)
    {
        var page = await portal.SignInAsync(person);
        await page.GotoAsync($"{portal.Url}/requests/{request.RequestId}");
        return page;
    }
}
