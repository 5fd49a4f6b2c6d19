using System.Buffers.Text;
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

namespace Hoop.Approval.Tests.Requests;

public sealed class RequestsApiTests(SagaRig rig)
{
    [Fact]
    public async Task Approver_sees_all_facts_and_approves()
    {
        var request = await OpenAsync(Agent);
        await rig.Ingress.PublishAsync(new ApprovalPreviewed(request.RequestId, 1, "[]"));
        using var bea = Client(Bea);

        var listed = await bea.GetFromJsonAsync<JsonElement>("/api/requests?state=pending");
        listed.EnumerateArray().ShouldContain(r => r.GetProperty("id").GetGuid() == request.RequestId);
        var shown = await bea.GetFromJsonAsync<JsonElement>($"/api/requests/{request.RequestId}");
        shown.GetProperty("state").GetString().ShouldBe("pending");
        shown.GetProperty("statement").GetString().ShouldBe(request.Statement);
        shown.GetProperty("bindValues")[0].GetString().ShouldBe("42");
        shown.GetProperty("requester").GetProperty("name").GetString().ShouldBe("reporting-agent");
        shown.GetProperty("mayDecide").GetBoolean().ShouldBeTrue();
        shown.GetProperty("link").GetString().ShouldEndWith($"/requests/{request.RequestId}");

        using var answer = await bea.PostAsJsonAsync($"/api/requests/{request.RequestId}/approve", new { reason = "fine" });

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString().ShouldBe("approved");
        (await bea.GetFromJsonAsync<JsonElement>("/api/requests?state=decided")).EnumerateArray().ShouldContain(r => r.GetProperty("id").GetGuid() == request.RequestId);
    }

    [Fact]
    public async Task Vote_needs_no_body_to_approve_and_a_reason_to_deny()
    {
        var request = await OpenAsync(Agent);
        using var bea = Client(Bea);

        (await ProblemAsync(bea.PostAsync($"/api/requests/{request.RequestId}/deny", null), HttpStatusCode.BadRequest)).ShouldBe("reason-needed");
        (await bea.PostAsync($"/api/requests/{request.RequestId}/approve", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ProblemAsync(bea.PostAsync($"/api/requests/{request.RequestId}/approve", null), HttpStatusCode.Conflict)).ShouldBe("already-decided");
    }

    [Fact]
    public async Task Agent_sees_its_own_request_and_cannot_decide_it()
    {
        var mine = await OpenAsync(Agent);
        var other = await OpenAsync(Ana);
        using var agent = Client(Agent with { Groups = ["agents", "dba"] });

        var listed = await agent.GetFromJsonAsync<JsonElement>("/api/requests?mine=true");
        var ids = listed.EnumerateArray().Select(r => r.GetProperty("id").GetGuid()).ToList();
        ids.ShouldContain(mine.RequestId);
        ids.ShouldNotContain(other.RequestId);
        (await ProblemAsync(agent.GetAsync($"/api/requests/{other.RequestId}"), HttpStatusCode.NotFound)).ShouldBe("not-found");
        (await ProblemAsync(agent.PostAsync($"/api/requests/{mine.RequestId}/approve", null), HttpStatusCode.Forbidden)).ShouldBe("not-a-person");
    }

    [Fact]
    public async Task Requester_sees_why_somebody_else_must_decide()
    {
        var request = await OpenAsync(Ana);
        using var ana = Client(Ana);

        var shown = await ana.GetFromJsonAsync<JsonElement>($"/api/requests/{request.RequestId}");
        shown.GetProperty("mayDecide").GetBoolean().ShouldBeFalse();
        shown.GetProperty("whyNot").GetString()!.ShouldContain("somebody else must decide");
        (await ProblemAsync(ana.PostAsync($"/api/requests/{request.RequestId}/approve", null), HttpStatusCode.Forbidden)).ShouldBe("own-request");
    }

    [Theory]
    [InlineData("/api/requests/8a1f1f2e-0000-4000-8000-000000000000", HttpStatusCode.NotFound, "not-found")]
    [InlineData("/api/requests/nonsense", HttpStatusCode.NotFound, "not-found")]
    [InlineData("/api/requests?state=soon", HttpStatusCode.BadRequest, "unknown-state")]
    public async Task Bad_question_gets_one_line(string path, HttpStatusCode status, string code)
    {
        using var bea = Client(Bea);
        (await ProblemAsync(bea.GetAsync(path), status)).ShouldBe(code);
    }

    [Fact]
    public async Task Body_that_cannot_be_a_vote_is_refused()
    {
        using var bea = Client(Bea);
        var path = $"/api/requests/{Guid.NewGuid()}/deny";

        (await ProblemAsync(bea.PostAsync(path, new StringContent("{\"reason\":", null, "application/json")), HttpStatusCode.BadRequest)).ShouldBe("bad-request");
        (await ProblemAsync(bea.PostAsync(path, new StringContent("reason=x")), HttpStatusCode.UnsupportedMediaType)).ShouldBe("unsupported-media-type");
        (await ProblemAsync(bea.GetAsync("/api/nothing"), HttpStatusCode.NotFound)).ShouldBe("not-found");
    }

    [Fact]
    public async Task Nobody_is_refused()
    {
        using var nobody = rig.One.CreateClient();
        (await ProblemAsync(nobody.GetAsync("/api/requests"), HttpStatusCode.Unauthorized)).ShouldBe("not-signed-in");
        nobody.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", rig.World.AccessToken(Bea)[..^4] + "AAAA");
        (await ProblemAsync(nobody.GetAsync("/api/requests"), HttpStatusCode.Unauthorized)).ShouldBe("not-signed-in");
    }

    /// <summary>Whoever has the internal key is a service here, and never a person: not even a right signature speaks for one where people come in.</summary>
    [Fact]
    public async Task Whoever_has_the_internal_key_is_nobody_where_people_come_in()
    {
        var request = await OpenAsync(Agent);
        var claims = new[] { rig.World.Of(Bea), rig.World.Of(Agent), null };
        foreach (var principal in claims)
        {
            using var signed = rig.One.CreateDefaultClient(new SigningHandler("test-internal-key", principal));
            using var bare = rig.One.CreateClient();
            bare.DefaultRequestHeaders.Add("X-Hoop-Internal", "test-internal-key");
            bare.DefaultRequestHeaders.Add("X-Hoop-Principal", Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(principal)));
            foreach (var client in new[] { signed, bare })
            {
                foreach (var act in new[] { "approve", "deny", "withdraw", "explain" })
                    (await ProblemAsync(client.PostAsJsonAsync($"/api/requests/{request.RequestId}/{act}", new { reason = "x" }), HttpStatusCode.Unauthorized)).ShouldBe("not-signed-in");
                foreach (var path in new[] { $"/api/grants/{request.RequestId}/revoke", $"/api/reviews/{request.RequestId}", "/api/sessions/s-7/kill", "/api/notifications/hook/test", "/api/holds" })
                    (await client.PostAsJsonAsync(path, new { reason = "x" })).StatusCode.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.MethodNotAllowed);
                foreach (var path in new[] { "/api/requests", "/api/grants", "/api/reviews", "/api/sessions", "/api/notifications", "/api/passkeys", "/api/search" })
                    (await ProblemAsync(client.GetAsync(path), HttpStatusCode.Unauthorized)).ShouldBe("not-signed-in");
            }
        }
        (await rig.DecisionsAsync(request.RequestId)).ShouldNotContain(decision => decision.Kind == "vote");
    }

    [Fact]
    public async Task Services_pull_windows_signed_now_and_for_nobody()
    {
        using (var service = rig.One.CreateDefaultClient(new SigningHandler("test-internal-key")))
            (await service.GetAsync("/internal/grants")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var wrong = new SigningHandler[]
        {
            new("another key"), new("test-internal-key", rig.World.Of(Bea)), new("test-internal-key", late: TimeSpan.FromMinutes(2)), new("test-internal-key", late: TimeSpan.FromMinutes(-2)),
        };
        foreach (var handler in wrong)
        {
            using var client = rig.One.CreateDefaultClient(handler);
            (await ProblemAsync(client.GetAsync("/internal/grants"), HttpStatusCode.Unauthorized)).ShouldBe("wrong-internal-key");
        }
        using var bare = rig.One.CreateClient();
        bare.DefaultRequestHeaders.Add("X-Hoop-Internal", "test-internal-key");
        (await ProblemAsync(bare.GetAsync("/internal/grants"), HttpStatusCode.Unauthorized)).ShouldBe("wrong-internal-key");
        using var bea = Client(Bea);
        (await bea.GetAsync("/internal/grants")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Sessions_are_asked_of_Audit_for_whoever_asks()
    {
        rig.World.Audit["/api/sessions/s-7"] = (200, """[{"sequence":0}]""");
        using var ana = Client(Ana);

        (await ana.GetStringAsync("/api/sessions/s-7")).ShouldBe("""[{"sequence":0}]""");

        rig.World.Watchers.ShouldContain(p => p.Name == "ana" && p.Issuer == rig.World.Url);
        (await ana.GetAsync("/api/sessions/s-8")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Nothing_of_the_request_but_its_path_and_query_reaches_Audit()
    {
        rig.World.Audit["/api/sessions/s-9"] = (200, "[]");
        using var ana = Client(Ana);
        ana.DefaultRequestHeaders.Add("Cookie", "hoop=secret");
        ana.DefaultRequestHeaders.Add("X-Hoop-Principal", "guessed");
        ana.DefaultRequestHeaders.Add("X-Forwarded-Host", "elsewhere");

        using var answer = await ana.GetAsync("/api/sessions/s-9?after=3&limit=2");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.ShouldNotContain(header => header.Key.StartsWith("X-Hoop"));
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        var asked = rig.World.AskedOfAudit.Last(request => request.Path == "/api/sessions/s-9");
        asked.Query.ShouldBe("?after=3&limit=2");
        asked.Headers.ShouldBe(["Host", "traceparent", "X-Hoop-Internal", "X-Hoop-Principal"], ignoreOrder: true);
    }

    [Fact]
    public async Task Audit_that_does_not_answer_is_a_problem_that_says_so()
    {
        rig.World.Audit["/api/sessions/s-10"] = (StubWorld.HangUp, "");
        using var ana = Client(Ana);

        (await ProblemAsync(ana.GetAsync("/api/sessions/s-10"), HttpStatusCode.ServiceUnavailable)).ShouldBe("audit-away");
    }

    private async Task<ApprovalRequested> OpenAsync(Principal requester) => await rig.OpenAsync(Request(rig.World.Of(requester)));

    private HttpClient Client(Principal principal)
    {
        var client = rig.One.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", rig.World.AccessToken(principal));
        return client;
    }

    /// <summary>The problem's code, after checking that it is one with a one-line detail.</summary>
    private static async Task<string> ProblemAsync(Task<HttpResponseMessage> asked, HttpStatusCode status)
    {
        using var answer = await asked;
        answer.StatusCode.ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("detail").GetString()!.ShouldNotContain("\n");
        return problem.GetProperty("code").GetString()!;
    }
}
