using Hoop.Approval.Tests.Rigs;
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
