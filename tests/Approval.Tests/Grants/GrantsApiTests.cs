using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Approval.Grants;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.Auditing;
using Hoop.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Grants;

public sealed class GrantsApiTests(SagaRig rig)
{
    [Fact]
    public async Task An_approver_grants_a_window_by_the_API_and_sees_it()
    {
        var request = await rig.OpenAsync(rig.Offering() with { MaxRows = 1000 });
        using var bea = rig.Client(Bea);
        var offer = (await bea.GetFromJsonAsync<JsonElement>($"/api/requests/{request.RequestId}")).GetProperty("offer");
        (offer.Text("upTo"), offer.Text("values")).ShouldBe(("1h", "bounded"));

        using var answer = await bea.PostAsJsonAsync(
            $"/api/requests/{request.RequestId}/approve", new { reason = "migration", maxRows = 10, grant = new { @for = "30m", bounds = new[] { new { parameter = 1, from = 1, to = 100 } } } });

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var grant = (await bea.GetFromJsonAsync<JsonElement>("/api/grants")).EnumerateArray().Single(grant => grant.GetProperty("id").GetGuid() == request.RequestId);
        grant.ShouldSatisfyAllConditions(
            g => g.Text("state").ShouldBe("active"), g => g.Text("scope").ShouldBe("fingerprint"), g => g.Text("values").ShouldBe("bounded"),
            g => g.GetProperty("maxRows").GetInt64().ShouldBe(10), g => g.GetProperty("mayRevoke").GetBoolean().ShouldBeTrue(),
            g => g.GetProperty("grantedBy")[0].GetString().ShouldBe("bea"));
    }

    [Theory]
    [InlineData("""{ "grant": { "for": "soon" } }""", "bad-grant")]
    [InlineData("""{ "grant": { "for": "1h", "scope": "everything" } }""", "bad-grant")]
    [InlineData("""{ "grant": { "for": "1h", "values": "some" } }""", "bad-grant")]
    [InlineData("""{ "grant": { "for": "1h", "bounds": [null] } }""", "bad-grant")]
    [InlineData("""{ "maxRows": 0 }""", "bad-row-limit")]
    [InlineData("""{ "maxRows": 1001 }""", "bad-row-limit")]
    public async Task Terms_that_make_no_sense_are_refused(string body, string code)
    {
        var request = await rig.OpenAsync(rig.Offering() with { MaxRows = 1000 });
        using var bea = rig.Client(Bea);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        (await bea.PostAsync($"/api/requests/{request.RequestId}/approve", content).ProblemAsync(HttpStatusCode.BadRequest)).ShouldBe(code);
    }

    [Fact]
    public async Task Everybody_sees_their_own_grants_and_only_approvers_others()
    {
        var request = await rig.GrantedAsync();
        using var agent = rig.Client(Agent);
        using var ana = rig.Client(Ana);

        (await agent.GrantAsync(request.RequestId)).GetProperty("mayRevoke").GetBoolean().ShouldBeTrue();
        (await ana.GetAsync($"/api/grants/{request.RequestId}").ProblemAsync(HttpStatusCode.NotFound)).ShouldBe("not-found");
        (await ana.GetFromJsonAsync<JsonElement>("/api/grants?state=all")).EnumerateArray().ShouldNotContain(grant => grant.GetProperty("id").GetGuid() == request.RequestId);
        (await ana.RevokeAsync(request.RequestId).ProblemAsync(HttpStatusCode.NotFound)).ShouldBe("not-found");
        (await ana.GetAsync("/internal/grants")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Who_could_not_have_refused_it_sees_it_and_revokes_nothing()
    {
        var (sam, dina, vera) = (Person("sam", "security"), Person("dina", "directors"), Person("vera", "guards"));
        var needs = Needs(1) with
        {
            Emergency = new([Role("oncall")], new("review", StepMode.Any, 1, [Role("security")]), TimeSpan.FromHours(1)),
            Escalation = new(TimeSpan.FromMinutes(10), [Role("directors")]), Veto = [Role("guards")],
        };
        var request = await rig.OpenAsync(rig.Offering() with { Requirements = [needs] });
        (await rig.Ingress.VoteAsync(Approve(request, Bea) with { Grant = GrantClients.Window() })).Code.ShouldBe("approved");

        foreach (var onlooker in new[] { sam, dina })
        {
            using var client = rig.Client(onlooker);
            (await client.GrantAsync(request.RequestId)).GetProperty("mayRevoke").GetBoolean().ShouldBeFalse();
            (await client.RevokeAsync(request.RequestId).ProblemAsync(HttpStatusCode.Forbidden)).ShouldBe("not-approver");
        }
        using var veto = rig.Client(vera);
        using var answer = await veto.RevokeAsync(request.RequestId);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_reviewer_takes_back_what_an_emergency_gave()
    {
        var needs = Needs(1) with { Emergency = new([Role("oncall")], new("review", StepMode.Any, 1, [Role("security")]), TimeSpan.FromHours(1)) };
        var request = await rig.OpenAsync(Request(rig.World.Of(Person("ona", "oncall"))) with { Requirements = [needs], Justification = new("incident 44", null, Emergency: true) });
        using var sam = rig.Client(Person("sam", "security"));

        using var answer = await sam.RevokeAsync(request.RequestId);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task Revoking_is_on_record_by_whichever_door_refused_or_not()
    {
        var request = await rig.GrantedAsync();
        var ended = new System.Collections.Concurrent.ConcurrentQueue<AdminAction>();
        rig.One.Services.GetRequiredService<AdminJournal>().Ended += ended.Enqueue;
        var revoking = rig.One.Services.GetRequiredService<Revoking>();

        await revoking.RevokeAsync(request.RequestId, rig.World.Of(Ana), "not mine", CancellationToken.None);
        await revoking.RevokeAsync(request.RequestId, rig.World.Of(Bea), "it went wrong", CancellationToken.None);

        ended.Where(action => action.Details.GetValueOrDefault("grant") == request.RequestId.ToString()).Select(action => (action.Kind, action.Outcome, action.By!.Subject, action.Details["reason"]))
            .ShouldBe([("grant.revoke", "refused", Ana.Subject, "not mine"), ("grant.revoke", "done", Bea.Subject, "it went wrong")]);
    }

    [Fact]
    public async Task Revoking_needs_a_reason_ends_it_once_and_tells_every_Ingress()
    {
        var request = await rig.GrantedAsync();
        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBeTrue();
        using var bea = rig.Client(Bea);

        (await bea.RevokeAsync(request.RequestId, " ").ProblemAsync(HttpStatusCode.BadRequest)).ShouldBe("reason-needed");
        (await bea.RevokeAsync(request.RequestId, new string('x', 2001)).ProblemAsync(HttpStatusCode.BadRequest)).ShouldBe("reason-too-long");
        using (var answer = await bea.RevokeAsync(request.RequestId, "it went wrong")) answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await bea.RevokeAsync(request.RequestId).ProblemAsync(HttpStatusCode.Conflict)).ShouldBe("already-ended");

        var grant = await bea.GrantAsync(request.RequestId);
        (grant.Text("state"), grant.Text("endedBy"), grant.Text("endReason")).ShouldBe(("revoked", "bea", "it went wrong"));
        (await rig.OpenGrantsAsync()).ShouldNotContain(open => open.GrantId == request.RequestId);
        (await rig.DecisionsAsync(request.RequestId)).Count(d => d.Kind == "grant-revoked").ShouldBe(1);
    }

    [Fact]
    public async Task A_single_use_that_waits_for_its_retry_is_a_grant_and_revoking_it_refuses_the_use()
    {
        var request = await rig.OpenAsync(Request(rig.World.Of(Agent)));
        await rig.Ingress.VoteAsync(Approve(request, Bea));
        using var bea = rig.Client(Bea);
        (await bea.GrantAsync(request.RequestId)).ShouldSatisfyAllConditions(g => g.Text("scope").ShouldBe("once"), g => g.Text("state").ShouldBe("active"));

        using (var answer = await bea.RevokeAsync(request.RequestId)) answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBeFalse();
        (await bea.GrantAsync(request.RequestId)).Text("state").ShouldBe("revoked");
    }

    [Fact]
    public async Task Uses_and_revocations_at_the_same_instant_never_both_win()
    {
        for (var round = 0; round < 5; round++)
        {
            var request = await rig.OpenAsync(Request(rig.World.Of(Agent)));
            await rig.Ingress.VoteAsync(Approve(request, Bea));
            using var bea = rig.Client(Bea);

            var use = rig.Ingress.RedeemAsync(request);
            using var revoked = await bea.RevokeAsync(request.RequestId);

            (await use).Granted.ShouldBe(revoked.StatusCode == HttpStatusCode.Conflict);
        }
    }

    [Fact]
    public async Task The_request_tells_how_it_ended_over_its_limit()
    {
        var request = await rig.OpenAsync(Request(rig.World.Of(Agent)) with { MaxRows = 1000 });
        await rig.Ingress.VoteAsync(Approve(request, Bea) with { MaxRows = 1000 });
        (await rig.Ingress.RedeemAsync(request)).MaxRows.ShouldBe(1000);
        await rig.Ingress.PublishAsync(new ApprovedOperationEnded(request.RequestId, "ingress-1", false, "54H01: over", 1204, 1000, TimeProvider.System.GetUtcNow()));
        using var bea = rig.Client(Bea);

        var shown = await Eventually.SeenAsync(
            () => bea.GetFromJsonAsync<JsonElement>($"/api/requests/{request.RequestId}"), shown => shown.GetProperty("result").ValueKind == JsonValueKind.Object);

        shown.GetProperty("result").Text("line").ShouldBe("used: rolled back, 1,204 rows > 1,000");
        shown.Text("state").ShouldBe("used");
    }
}
