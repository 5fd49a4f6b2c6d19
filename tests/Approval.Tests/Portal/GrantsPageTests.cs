using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;
using static Microsoft.Playwright.Assertions;

namespace Hoop.Approval.Tests.Portal;

/// <summary>What an approver sees beforehand, what they limit or extend an approval to, and what they take back.</summary>
[Collection(PortalCollection.Name)]
public sealed class GrantsPageTests(SagaRig saga, PortalRig portal)
{
    [Fact]
    public async Task Approved_for_a_while_and_up_to_so_many_rows_then_revoked()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Agent)) with
        {
            MaxRows = 1000, Offer = new GrantOffer(TimeSpan.FromHours(2), [GrantScope.Fingerprint], [], GrantValues.Any),
        });
        var page = await OpenAsync($"/requests/{request.RequestId}");
        await page.GetByTestId("terms").Locator("summary").ClickAsync();
        await page.GetByTestId("max-rows").FillAsync("7");
        await page.GetByTestId("grant-for").SelectOptionAsync("1h");
        await page.GetByTestId("grant-values").SelectOptionAsync("bounded");
        await page.GetByLabel("$1 from").FillAsync("1");
        await page.GetByLabel("$1 to").FillAsync("50");

        await page.GetByTestId("approve").ClickAsync();

        await Expect(page.GetByTestId("request-state")).ToHaveTextAsync("approved");
        await page.GotoAsync(portal.Url + "/grants");
        await PortalRig.LiveAsync(page);
        var grant = page.Locator($"[data-testid=grant][data-grant='{request.RequestId}']");
        await Expect(grant).ToContainTextAsync("run this with values within bounds");
        await Expect(grant).ToContainTextAsync("at most 7 rows");
        await grant.GetByText("Revoke", new() { Exact = true }).ClickAsync();
        await grant.GetByTestId("revoke").ClickAsync();
        await Expect(grant).ToContainTextAsync("Say why");
        await grant.GetByTestId("revoke-reason").FillAsync("No longer on call");
        await grant.GetByTestId("revoke").ClickAsync();
        await Expect(grant).ToHaveCountAsync(0);
        await page.GotoAsync(portal.Url + "/grants?state=ended");
        await Expect(grant).ToContainTextAsync("bea: No longer on call");
        (await saga.Ingress.RedeemAsync(request)).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_limit_above_the_rules_is_refused_in_words()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Agent)) with { MaxRows = 1000 });
        var page = await OpenAsync($"/requests/{request.RequestId}");
        await page.GetByTestId("terms").Locator("summary").ClickAsync();
        await page.GetByTestId("max-rows").FillAsync("2000");
        await Expect(page.GetByTestId("grant-for")).ToHaveCountAsync(0);

        await page.GetByTestId("approve").ClickAsync();

        await Expect(page.GetByTestId("vote-message")).ToContainTextAsync("at most 1000 rows");
        await Expect(page.GetByTestId("request-state")).ToHaveTextAsync("pending");
    }

    [Fact]
    public async Task A_preview_shows_what_would_change_and_who_asked_sees_no_rows()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Ana)));
        await saga.Ingress.PublishAsync(new ApprovalPreviewed(request.RequestId, 2, "[]") { Details = SamplePreview.Of("update") });
        var page = await OpenAsync($"/requests/{request.RequestId}");

        var sample = page.GetByTestId("sample");
        await Expect(sample.Locator("del").First).ToHaveTextAsync("from open");
        await Expect(sample.Locator("ins").First).ToHaveTextAsync("to cancelled");
        await Expect(sample).ToContainTextAsync("<b>paU+202Eid</b>");
        await Expect(page.GetByTestId("preview-tables")).ToContainTextAsync("≈ 1,200,000");
        await Expect(page.GetByTestId("consequences")).ToContainTextAsync("audit_orders()");
        await Expect(page.GetByTestId("blocking")).ToContainTextAsync("2 sessions wait");
        await Expect(page.GetByTestId("refresh-preview")).ToBeEnabledAsync();

        var own = await portal.SignInAsync(Ana);
        await own.GotoAsync($"{portal.Url}/requests/{request.RequestId}");
        await Expect(own.GetByTestId("preview-tables")).ToBeVisibleAsync();
        await Expect(own.GetByTestId("sample")).ToHaveCountAsync(0);
        await Expect(own.GetByTestId("refresh-preview")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Who_asked_explains_and_withdraws_in_the_portal()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Ana)));
        var (approver, own) = (await OpenAsync($"/requests/{request.RequestId}"), await portal.SignInAsync(Ana));
        await own.GotoAsync($"{portal.Url}/requests/{request.RequestId}");
        await PortalRig.LiveAsync(own);

        await own.GetByTestId("explanation").FillAsync("The import doubled these rows.");
        await own.GetByTestId("explain").ClickAsync();
        await Expect(approver.GetByTestId("explanations")).ToContainTextAsync("The import doubled these rows.");
        await Expect(approver.GetByTestId("own-request")).ToHaveCountAsync(0);
        await own.GetByTestId("withdraw").ClickAsync();
        await Expect(own.GetByTestId("request-state")).ToHaveTextAsync("pending");
        await own.GetByTestId("withdraw").ClickAsync();

        await Expect(approver.GetByTestId("request-state")).ToHaveTextAsync("withdrawn");
        (await saga.Ingress.ResolutionAsync(request.RequestId)).Reason.ShouldBe("withdrawn by ana");
    }

    private async Task<IPage> OpenAsync(string path)
    {
        var page = await portal.SignInAsync(Bea);
        await page.GotoAsync(portal.Url + path);
        await PortalRig.LiveAsync(page);
        return page;
    }
}
