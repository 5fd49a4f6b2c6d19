using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;
using static Microsoft.Playwright.Assertions;

namespace Hoop.Approval.Tests.Portal;

/// <summary>Several requests at once, some of which ask who you are again: that is asked once.</summary>
[Collection(PortalCollection.Name)]
public sealed class BulkStepUpTests(SagaRig saga, PortalRig portal)
{
    private readonly string _group = "g" + Guid.NewGuid().ToString("N")[..8];

    private Principal Approver => Person("pia-" + _group, _group);

    [Fact]
    public async Task One_touch_of_a_passkey_approves_all_that_ask_for_it()
    {
        var requests = new[] { await OpenAsync(StepUp.None), await OpenAsync(StepUp.Passkey), await OpenAsync(StepUp.Passkey) };
        var page = await portal.SignInAsync(Approver);
        await page.GotoAsync(await portal.AddPasskeyAsync(page));
        await PortalRig.LiveAsync(page);
        var asked = 0;
        page.Request += (_, request) => asked += request.Url.EndsWith("/api/passkeys/challenge", StringComparison.Ordinal) ? 1 : 0;
        await ChooseAllAsync(page, requests.Length);
        await Expect(page.GetByTestId("bulk-step-up")).ToHaveTextAsync("To approve 2 of them, you are asked for your passkey, once.");

        await page.GetByTestId("bulk-approve").ClickAsync();

        await Expect(page.GetByTestId("bulk-results")).ToContainTextAsync("3 of 3 counted");
        asked.ShouldBe(1);
        foreach (var request in requests) (await saga.Ingress.ResolutionAsync(request.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Approved);
    }

    [Fact]
    public async Task Without_a_passkey_nothing_is_decided_and_denying_asks_for_none()
    {
        var requests = new[] { await OpenAsync(StepUp.None), await OpenAsync(StepUp.Passkey) };
        var page = await portal.SignInAsync(Approver);
        await PortalRig.LiveAsync(page);
        await ChooseAllAsync(page, requests.Length);

        await page.GetByTestId("bulk-approve").ClickAsync();
        await Expect(page.Locator("#bulk-message")).Not.ToBeEmptyAsync();
        await Expect(page.GetByTestId("request-row")).ToHaveCountAsync(2);
        await page.GetByTestId("bulk-reason").FillAsync("not now");
        await page.GetByTestId("bulk-deny").ClickAsync();

        await Expect(page.GetByTestId("bulk-results")).ToContainTextAsync("2 of 2 counted");
    }

    [Fact]
    public async Task A_fresh_sign_in_comes_back_with_the_choice()
    {
        var requests = new[] { await OpenAsync(StepUp.None), await OpenAsync(StepUp.Fresh), await OpenAsync(StepUp.Fresh) };
        var page = await portal.SignInAsync(Approver);
        await PortalRig.LiveAsync(page);
        await ChooseAllAsync(page, requests.Length);
        await Expect(page.GetByTestId("bulk-approve")).ToHaveCountAsync(0);
        await Expect(page.GetByTestId("bulk-step-up")).ToContainTextAsync("To approve 2 of them, sign in again");

        await page.GetByTestId("bulk-sign-in-again").ClickAsync();
        await PortalRig.LiveAsync(page);
        await Expect(page.GetByTestId("bulk")).ToContainTextAsync("3 requests chosen");
        await page.GetByTestId("bulk-approve").ClickAsync();

        await Expect(page.GetByTestId("bulk-results")).ToContainTextAsync("3 of 3 counted");
    }

    private static async Task ChooseAllAsync(IPage page, int count)
    {
        await Expect(page.GetByTestId("request-row")).ToHaveCountAsync(count);
        foreach (var box in await page.GetByTestId("choose").AllAsync()) await box.CheckAsync();
        await Expect(page.GetByTestId("bulk")).ToContainTextAsync($"{count} requests chosen");
    }

    private async Task<ApprovalRequested> OpenAsync(StepUp stepUp) =>
        await saga.OpenAsync(Request(saga.World.Of(Agent)) with { Requirements = [Needs(1, _group) with { StepUp = stepUp }] });
}
