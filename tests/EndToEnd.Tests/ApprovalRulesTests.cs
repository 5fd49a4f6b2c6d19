using System.Text.Json;
using Hoop.EndToEnd.Tests.Support;
using Hoop.Testing;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Hoop.EndToEnd.Tests;

/// <summary>Rules about who decides and how, from the file through the wire to the portal.</summary>
[Collection(FaultCollection.Name)]
public sealed class ApprovalRulesTests(FaultSystem hoop)
{
    [Fact]
    public async Task Broken_glass_runs_at_once_and_stays_open_until_somebody_else_reviewed_it_in_the_portal()
    {
        await hoop.ReadsAsync();
        var silent = await hoop.PsqlAsync("/* hoop: emergency */ update orders set status = status where id = 61 /* rules-1a */;\n", "ledger", "ana");
        silent.Error.ShouldContain("Emergency access needs a reason");

        var run = await hoop.PsqlAsync("/* hoop: emergency reason=\"orders are stuck, incident 42\" */ update orders set status = status where id = 61 /* rules-1 */;\n", "ledger", "ana");

        run.Output.ShouldContain("UPDATE 1", Case.Sensitive, run.ToString());
        using (var ana = await ApproverClient.SignInAsync(hoop, "ana"))
            (await OpenReviewAsync(ana)).GetProperty("mayReview").GetBoolean().ShouldBeFalse();
        await using var browser = await PortalBrowser.StartAsync();
        var page = await browser.SignInAsync(hoop, "bea");
        await PortalBrowser.OpenAsync(page, hoop, "/reviews");
        var review = page.GetByTestId("review").Filter(new() { HasText = "incident 42" });
        await Expect(review.GetByTestId("review-state")).ToHaveTextAsync("open");
        await review.GetByTestId("review-note").FillAsync("the runbook says so");
        await review.GetByTestId("justified").ClickAsync();

        using var bea = await ApproverClient.SignInAsync(hoop);
        await Eventually.SeenAsync(() => bea.GetAsync("/api/reviews"), all => all.EnumerateArray().Any(one => IsOurs(one) && one.GetProperty("state").GetString() == "reviewed"));
    }

    [Fact]
    public async Task A_fresh_sign_in_goes_through_the_identity_provider_and_back_to_the_request()
    {
        await hoop.ReadsAsync();
        await using var psql = await hoop.StartPsqlAsync("ledger");
        await psql.SendAsync("delete from orders where id = -1 /* rules-2 */;\nselect 'after';\n");
        var request = await hoop.PendingRequestAsync("rules-2");
        (await hoop.CliAsync("requests", "approve", request, "--as", "bea")).Error.ShouldContain("sign in again");
        await using var browser = await PortalBrowser.StartAsync();
        var page = await browser.SignInAsync(hoop, "bea");
        await PortalBrowser.OpenAsync(page, hoop, $"/requests/{request}");
        await Expect(page.GetByTestId("approve")).ToHaveCountAsync(0);

        await page.GetByTestId("sign-in-again").ClickAsync();
        // Signed in at the provider too, and asked again all the same.
        await page.GetByTestId("login-bea").ClickAsync();
        await page.GetByTestId("approve").ClickAsync();

        await psql.SawAsync("after");
        psql.Seen.ShouldContain("DELETE 0");
    }

    [Fact]
    public async Task The_requesters_manager_decides_and_nobody_else_sees_it()
    {
        await hoop.ReadsAsync();
        using var mia = Person("mia");
        using var max = Person("max");
        var running = hoop.PsqlAsync(
            "update customers set notes = notes where id = -1 /* rules-3 */;\n", "ledger", "desk-agent", hoop.Issuer.Token(new { sub = "desk-agent", manager = "mia" }));
        var request = await mia.PendingRequestAsync("rules-3");
        (await max.GetAsync("/api/requests")).EnumerateArray().ShouldNotContain(one => one.GetProperty("id").GetString() == request);
        await Should.ThrowAsync<InvalidOperationException>(() => max.ApproveAsync(request));

        await mia.ApproveAsync(request);

        (await running).Output.ShouldContain("UPDATE 0");
    }

    [Fact]
    public async Task A_veto_denies_alone_and_after_an_escalation_others_stand_in()
    {
        await hoop.ReadsAsync();
        using var guard = Person("gus", "guards");
        using var director = Person("dina", "directors");
        await using var psql = await hoop.StartPsqlAsync("ledger");
        await psql.SendAsync("delete from order_items where order_id = -1 /* rules-4a */;\n");
        await guard.DenyAsync(await hoop.PendingRequestAsync("rules-4a"), "not in this quarter");
        await psql.SawAsync("not in this quarter");

        await psql.SendAsync("delete from order_items where order_id = -1 /* rules-4b */;\n");
        var request = await hoop.PendingRequestAsync("rules-4b");
        (await guard.GetAsync($"/api/requests/{request}")).GetProperty("risks").EnumerateArray().Select(risk => (risk.GetProperty("start").GetInt32(), risk.GetProperty("length").GetInt32(), risk.GetProperty("effect").GetString()))
            .ShouldBe([(0, "delete".Length, "write")]);
        await Should.ThrowAsync<InvalidOperationException>(() => guard.ApproveAsync(request));
        await Eventually.SeenAsync(() => director.GetAsync($"/api/requests/{request}"), one => one.GetProperty("mayApprove").GetBoolean());
        await director.ApproveAsync(request);

        await psql.SawAsync("DELETE 0");
    }

    private ApproverClient Person(string name, params string[] groups) =>
        ApproverClient.With(hoop, hoop.Issuer.Token(new { sub = name, preferred_username = name, client_kind = "human", groups }));

    private static Task<JsonElement> OpenReviewAsync(ApproverClient person) => Eventually.SeenAsync(
        async () => (await person.GetAsync("/api/reviews?open=true")).EnumerateArray().FirstOrDefault(IsOurs), review => review.ValueKind == JsonValueKind.Object);

    private static bool IsOurs(JsonElement review) => review.GetProperty("reason").GetString() == "orders are stuck, incident 42";
}
