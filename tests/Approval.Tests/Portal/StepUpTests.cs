using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;
using static Microsoft.Playwright.Assertions;

namespace Hoop.Approval.Tests.Portal;

/// <summary>Links into the portal, and rules that ask for a fresh sign-in.</summary>
[Collection(PortalCollection.Name)]
public sealed class StepUpTests(SagaRig saga, PortalRig portal)
{
    [Fact]
    public async Task An_approver_signs_in_again_comes_back_to_the_request_and_approves()
    {
        var request = Request(saga.World.Of(Agent));
        await saga.OpenAsync(request with { Requirements = [.. request.Requirements.Select(one => one with { StepUp = StepUp.Fresh })] });
        var page = await portal.SignInAsync(Bea);
        await page.GotoAsync($"{portal.Url}/requests/{request.RequestId}");
        await PortalRig.LiveAsync(page);
        await Expect(page.GetByTestId("step-up")).ToContainTextAsync("at most five minutes old");
        await Expect(page.GetByTestId("approve")).ToHaveCountAsync(0);
        (await saga.Ingress.VoteAsync(Approve(request, saga.World.Of(Cleo)))).Code.ShouldBe("sign-in-needed");

        await page.GetByTestId("sign-in-again").ClickAsync();
        await page.GetByTestId("approve").ClickAsync();

        await Expect(page.GetByTestId("request-state")).ToHaveTextAsync("approved");
        (await saga.Ingress.ResolutionAsync(request.RequestId)).DecidedBy.ShouldBe(["bea"]);
    }

    [Fact]
    public async Task A_provider_that_does_not_ask_anew_makes_no_sign_in_fresh()
    {
        var page = await portal.SignInAsync(Bea);
        saga.World.Forge = claims => claims["auth_time"] = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeSeconds();
        try
        {
            await page.GotoAsync(portal.Url + "/sign-in?fresh=true&returnUrl=/grants");
        }
        finally
        {
            saga.World.Forge = _ => { };
        }

        await Expect(page.GetByTestId("sign-in-error")).ToContainTextAsync("time of sign-in");
    }

    [Fact]
    public async Task A_passkey_is_registered_and_confirms_a_vote()
    {
        var request = Request(saga.World.Of(Agent));
        await saga.OpenAsync(request with { Requirements = [.. request.Requirements.Select(one => one with { StepUp = StepUp.Passkey })] });
        var page = await portal.SignInAsync(Bea);
        var url = await portal.AddPasskeyAsync(page);
        await page.GotoAsync($"{url}/requests/{request.RequestId}");
        await PortalRig.LiveAsync(page);

        await page.GetByTestId("approve").ClickAsync();

        await Expect(page.GetByTestId("request-state")).ToHaveTextAsync("approved");
        (await saga.Ingress.ResolutionAsync(request.RequestId)).DecidedBy.ShouldBe(["bea"]);
    }

    [Fact]
    public async Task The_link_of_the_notice_leads_through_sign_in_to_the_request()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Agent)));
        saga.World.SignsIn = Bea;
        var page = await portal.OpenAsync();

        await page.GotoAsync($"{portal.Url}/requests/{request.RequestId}");

        page.Url.ShouldEndWith($"/requests/{request.RequestId}");
        await Expect(page.GetByTestId("statement")).ToContainTextAsync("delete from orders");
    }

    [Theory]
    [InlineData("https://evil.test/")]
    [InlineData("//evil.test/")]
    [InlineData("/\\evil.test/")]
    [InlineData("\\\\evil.test")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/\t/evil.test")]
    public async Task Sign_in_leads_nowhere_else(string returnUrl)
    {
        saga.World.SignsIn = Bea;
        var page = await portal.OpenAsync();

        await page.GotoAsync($"{portal.Url}/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}");

        page.Url.ShouldStartWith(portal.Url + "/");
        page.Url.ShouldNotContain("javascript");
        await Expect(page.GetByTestId("signed-in")).ToHaveTextAsync("bea");
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("<script>document.title='owned'</script>")]
    public async Task A_forged_link_shows_nothing(string id)
    {
        var page = await portal.SignInAsync(Bea);

        var answer = await page.GotoAsync($"{portal.Url}/requests/{Uri.EscapeDataString(id)}");

        answer!.Status.ShouldBeLessThan(500);
        await Expect(page.Locator("h1")).ToContainTextAsync("No such");
        (await page.TitleAsync()).ShouldNotBe("owned");
    }
}
