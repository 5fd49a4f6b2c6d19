using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Hoop.Approval.Tests.Grants;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.Auditing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Requests;

/// <summary>Whatever is not a vote of a person who may cast it is refused with one line, and on record.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly SagaRig _rig;
    private readonly ConcurrentQueue<AdminAction> _ended = new();
    private readonly AdminJournal _journal;

    public BadInputTests(SagaRig rig)
    {
        _rig = rig;
        _journal = rig.One.Services.GetRequiredService<AdminJournal>();
        _journal.Ended += _ended.Enqueue;
    }

    public void Dispose() => _journal.Ended -= _ended.Enqueue;

    [Fact]
    public async Task The_token_of_an_agent_decides_nothing()
    {
        var request = await OpenAsync();
        using var agent = _rig.Client(Agent with { Groups = ["agents", "dba"] });

        (await agent.PostAsync($"/api/requests/{request.RequestId}/approve", null).ProblemAsync(HttpStatusCode.Forbidden)).ShouldBe("not-a-person");
        Recorded("request.approve", "request", request.RequestId.ToString()).ShouldSatisfyAllConditions(
            a => a.Outcome.ShouldBe(AdminOutcomes.Refused), a => a.By!.Subject.ShouldBe(Agent.Subject), a => a.Details["code"].ShouldBe("not-a-person"));
    }

    [Fact]
    public async Task A_vote_on_what_is_decided_changes_nothing()
    {
        var request = await OpenAsync();
        await _rig.Ingress.VoteAsync(Deny(request, Bea, "no"));
        using var cleo = _rig.Client(Cleo);

        (await cleo.PostAsync($"/api/requests/{request.RequestId}/approve", null).ProblemAsync(HttpStatusCode.Conflict)).ShouldBe("already-decided");
        Recorded("request.approve", "request", request.RequestId.ToString()).Details["code"].ShouldBe("already-decided");
    }

    [Theory]
    [InlineData("approve")]
    [InlineData("deny")]
    [InlineData("withdraw")]
    [InlineData("explain")]
    [InlineData("preview")]
    public async Task A_forged_link_leads_nowhere(string verb)
    {
        using var bea = _rig.Client(Bea);
        foreach (var forged in (string[])[Guid.NewGuid().ToString(), $"forged-{Guid.NewGuid():n}"])
        {
            (await bea.PostAsJsonAsync($"/api/requests/{forged}/{verb}", new { reason = "x" }).ProblemAsync(HttpStatusCode.NotFound)).ShouldBe("not-found");
            var action = _ended.Single(one => one.Details.Values.Contains(forged));
            (action.Kind, action.Outcome, action.By!.Name).ShouldBe(($"request.{verb}", AdminOutcomes.Refused, "bea"));
        }
    }

    [Fact]
    public async Task A_foreign_request_is_neither_withdrawn_nor_explained()
    {
        var request = await OpenAsync();
        using var ana = _rig.Client(Ana);

        (await ana.PostAsync($"/api/requests/{request.RequestId}/withdraw", null).ProblemAsync(HttpStatusCode.Forbidden)).ShouldBe("not-requester");
        (await ana.PostAsJsonAsync($"/api/requests/{request.RequestId}/explain", new { reason = "mine" }).ProblemAsync(HttpStatusCode.Forbidden)).ShouldBe("not-requester");
        Recorded("request.withdraw", "request", request.RequestId.ToString()).Outcome.ShouldBe(AdminOutcomes.Refused);
    }

    [Theory]
    [InlineData("approve", "request.approve")]
    [InlineData("deny", "request.deny")]
    [InlineData("withdraw", "request.withdraw")]
    [InlineData("explain", "request.explain")]
    public async Task A_reason_of_a_megabyte_is_refused_and_kept_short(string verb, string kind)
    {
        var request = await OpenAsync();
        using var client = _rig.Client(verb is "approve" or "deny" ? Bea : Agent);

        (await client.PostAsJsonAsync($"/api/requests/{request.RequestId}/{verb}", new { reason = new string('x', 1 << 20) }).ProblemAsync(HttpStatusCode.BadRequest)).ShouldBe("reason-too-long");
        var action = Recorded(kind, "request", request.RequestId.ToString());
        (action.Outcome, action.Details["reason"].Length).ShouldBe((AdminOutcomes.Refused, 1000));
    }

    [Fact]
    public async Task A_megabyte_revokes_nothing()
    {
        var request = await _rig.GrantedAsync();
        using var bea = _rig.Client(Bea);

        (await bea.RevokeAsync(request.RequestId, new string('x', 1 << 20)).ProblemAsync(HttpStatusCode.BadRequest)).ShouldBe("reason-too-long");
        Recorded("grant.revoke", "grant", request.RequestId.ToString()).Details["code"].ShouldBe("reason-too-long");
        (await bea.GrantAsync(request.RequestId)).Text("state").ShouldBe("active");
    }

    [Fact]
    public async Task Another_sites_post_is_on_record_too()
    {
        var request = await OpenAsync();
        using var browser = _rig.One.CreateClient(new() { HandleCookies = false });
        using var post = new HttpRequestMessage(HttpMethod.Post, $"/api/requests/{request.RequestId}/approve");
        post.Headers.Add("Cookie", "hoop-portal=whatever");
        post.Headers.Add("Origin", "https://evil.example");

        (await browser.SendAsync(post).ProblemAsync(HttpStatusCode.Forbidden)).ShouldBe("other-origin");
        Recorded("request.approve", "id", request.RequestId.ToString()).Outcome.ShouldBe(AdminOutcomes.Refused);
    }

    [Fact]
    public async Task Whoever_asked_explains_and_withdraws_by_the_API()
    {
        var request = await OpenAsync();
        using var agent = _rig.Client(Agent);

        (await (await agent.PostAsJsonAsync($"/api/requests/{request.RequestId}/explain", new { reason = "nightly clean-up" })).Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).Text("code").ShouldBe("added");
        using (var answer = await agent.PostAsync($"/api/requests/{request.RequestId}/withdraw", null)) answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _rig.Ingress.ResolutionAsync(request.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Withdrawn);
        (await agent.PostAsync($"/api/requests/{request.RequestId}/withdraw", null).ProblemAsync(HttpStatusCode.Conflict)).ShouldBe("already-decided");
        _ended.Count(one => one.Kind == "request.explain" && one.Outcome == AdminOutcomes.Done && one.Details["request"] == request.RequestId.ToString()).ShouldBe(1);
    }

    private AdminAction Recorded(string kind, string about, string id) => _ended.Last(one => one.Kind == kind && one.Details.GetValueOrDefault(about) == id);

    private async Task<ApprovalRequested> OpenAsync() => await _rig.OpenAsync(Request(_rig.World.Of(Agent)));
}
