using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Hoop.Testing;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Saga;

public sealed class EmergencyTests(SagaRig rig)
{
    private static readonly Principal Ona = Person("ona", "oncall");
    private static readonly Principal Sam = Person("sam", "security");

    [Fact]
    public async Task Broken_glass_releases_at_once_with_an_alarm_and_stays_open_until_others_have_reviewed_it()
    {
        var request = Emergency(Ona, "orders are stuck, incident 42");
        await rig.Ingress.PublishAsync(request);

        (await rig.Ingress.ResolutionAsync(request.RequestId)).ShouldSatisfyAllConditions(
            r => r.Outcome.ShouldBe(ApprovalOutcome.Approved), r => r.Reason.ShouldBe("Emergency access: orders are stuck, incident 42"), r => r.DecidedBy.ShouldBeEmpty());
        (await rig.Ingress.HeardAsync<EmergencyAccessUsed>(e => e.RequestId == request.RequestId)).ShouldSatisfyAllConditions(
            e => e.Requester.Name.ShouldBe("ona"), e => e.Reason.ShouldBe("orders are stuck, incident 42"), e => e.Ticket.ShouldBe("INC-42"));
        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBeTrue();
        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBeFalse();
        await ReviewOpenAsync(request);

        (await ReviewAsync(request, Ona with { Groups = ["oncall", "security"] }, true)).Code.ShouldBe("own-request");
        (await ReviewAsync(request, Bea, true)).Code.ShouldBe("not-reviewer");
        (await ReviewAsync(request, Agent with { Groups = ["security"] }, true)).Code.ShouldBe("not-a-person");
        (await ReviewAsync(request, Sam, true, " ")).Code.ShouldBe("reason-needed");
        (await ReviewAsync(request, Sam, true)).ShouldSatisfyAllConditions(
            r => r.State.ShouldBe("open"), r => r.Message.ShouldBe("Your review counts; still missing: 1 more of security."));
        (await ReviewAsync(request, Sam, true)).Code.ShouldBe("already-voted");
        (await ReviewAsync(request, Person("sue", "security"), false, "a look at the runbook would have done")).State.ShouldBe("reviewed");

        (await rig.Ingress.HeardAsync<EmergencyReviewed>(e => e.RequestId == request.RequestId)).ShouldSatisfyAllConditions(
            e => e.Justified.ShouldBeFalse(), e => e.ReviewedBy.ShouldBe(["sam", "sue"]));
        (await ReviewAsync(request, Person("sid", "security"), true)).Code.ShouldBe("already-reviewed");
        var kinds = (await rig.DecisionsAsync(request.RequestId)).Select(d => d.Kind).ToList();
        kinds.Count(kind => kind == "emergency").ShouldBe(1);
        kinds.Count(kind => kind == "review").ShouldBe(2);
        kinds.Count(kind => kind == "review-refused").ShouldBeGreaterThanOrEqualTo(7);
    }

    [Theory]
    [InlineData("", "ona", "needs a reason")]
    [InlineData("incident 42", "ana", "give you no emergency access")]
    public async Task Without_a_reason_or_a_rule_the_glass_stays_whole(string reason, string who, string because)
    {
        var request = Emergency(who == "ona" ? Ona : Ana, reason);
        await rig.Ingress.PublishAsync(request);

        (await rig.Ingress.ResolutionAsync(request.RequestId)).ShouldSatisfyAllConditions(
            r => r.Outcome.ShouldBe(ApprovalOutcome.Denied), r => r.Reason!.ShouldContain(because));
        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBeFalse();
        (await rig.DecisionsAsync(request.RequestId)).ShouldContain(d => d.Kind == "emergency-refused" && d.ActorName == who);
        (await ReviewAsync(request, Sam, true)).Code.ShouldBe("not-found");
    }

    [Fact]
    public async Task Every_rule_that_asks_must_let_it_pass()
    {
        var request = Emergency(Ona, "incident 42");
        await rig.Ingress.PublishAsync(request with { Requirements = [.. request.Requirements, Needs(1, rule: "strict")] });

        (await rig.Ingress.ResolutionAsync(request.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Denied);
    }

    [Fact]
    public async Task A_review_that_is_overdue_is_alarmed_again_and_again()
    {
        var request = Emergency(Ona, "incident 42", within: TimeSpan.FromSeconds(1));
        await rig.Ingress.PublishAsync(request);

        var first = await rig.Ingress.HeardAsync<EmergencyReviewOverdue>(e => e.RequestId == request.RequestId);
        var again = await rig.Ingress.HeardAsync<EmergencyReviewOverdue>(e => e.RequestId == request.RequestId && e.DueAt > first.DueAt);

        first.Missing.ShouldBe("2 more of security");
        again.DueAt.ShouldBeGreaterThanOrEqualTo(first.DueAt + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Reviews_are_listed_and_written_over_HTTP_for_whom_they_concern()
    {
        var request = Emergency(rig.World.Of(Ona), "incident 43");
        await rig.Ingress.PublishAsync(request);
        await ReviewOpenAsync(request);
        using var sam = Client(Sam);
        using var bea = Client(Bea);

        var listed = await sam.GetFromJsonAsync<JsonElement>("/api/reviews?open=true");
        listed.EnumerateArray().Single(r => r.GetProperty("id").GetGuid() == request.RequestId).GetProperty("mayReview").GetBoolean().ShouldBeTrue();
        (await bea.GetAsync($"/api/reviews/{request.RequestId}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await bea.PostAsJsonAsync($"/api/reviews/{request.RequestId}", new { justified = true, note = "fine" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await sam.PostAsJsonAsync($"/api/reviews/{request.RequestId}", new { justified = true })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await sam.PostAsJsonAsync($"/api/reviews/{request.RequestId}", new { justified = true, note = "seen" })).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await sam.GetFromJsonAsync<JsonElement>($"/api/reviews/{request.RequestId}")).ShouldSatisfyAllConditions(
            r => r.GetProperty("missing").GetString().ShouldBe("1 more of security"), r => r.GetProperty("verdicts")[0].GetProperty("note").GetString().ShouldBe("seen"));
    }

    private static ApprovalRequested Emergency(Principal requester, string reason, TimeSpan? within = null) => Request(requester) with
    {
        Requirements =
        [
            Needs(1) with { Emergency = new([Role("oncall")], new("review", StepMode.Any, 2, [Role("security")]), within ?? TimeSpan.FromHours(1)) },
        ],
        Justification = new Justification(reason, "INC-42", Emergency: true),
    };

    private Task ReviewOpenAsync(ApprovalRequested request) =>
        Eventually.SeenAsync(() => ReviewAsync(request, Agent, true), review => review.Code != "not-found");

    private Task<ReviewCounted> ReviewAsync(ApprovalRequested request, Principal reviewer, bool justified, string note = "looked at it") =>
        rig.Ingress.AskAsync<CastReview, ReviewCounted>(new CastReview(request.RequestId, reviewer, justified, note));

    private HttpClient Client(Principal principal)
    {
        var client = rig.One.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", rig.World.AccessToken(principal));
        return client;
    }
}
