using System.Net;
using System.Text.Json;
using Hoop.Contracts.Audit;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Sessions;

public class SessionsApiTests(AuditRig rig)
{
    [Fact]
    public async Task A_session_is_listed_with_what_happened_in_it()
    {
        var id = await StoreAsync();

        var session = (await ListAsync(AuditRig.Bea)).Single(s => Id(s) == id);
        session.ShouldSatisfyAllConditions(
            () => session.GetProperty("principal").GetString().ShouldBe("reporting-agent"),
            () => session.GetProperty("target").GetString().ShouldBe("shop"),
            () => session.GetProperty("state").GetString().ShouldBe("ended"),
            () => session.GetProperty("cause").GetString().ShouldBe("client closed"),
            () => session.GetProperty("operations").GetInt64().ShouldBe(3),
            () => session.GetProperty("held").GetInt64().ShouldBe(1),
            () => session.GetProperty("blocked").GetInt64().ShouldBe(1),
            () => session.GetProperty("startedAt").GetDateTimeOffset().ShouldBe(DateTimeOffset.Parse("2026-01-31T12:00:00Z")),
            () => session.GetProperty("endedAt").GetDateTimeOffset().ShouldBe(DateTimeOffset.Parse("2026-01-31T12:01:00Z")));
    }

    [Theory]
    [InlineData(null, "running")]
    [InlineData("crash", "crashed")]
    [InlineData("shutdown", "ended")]
    public async Task A_session_shows_its_state_from_the_start_on(string? cause, string state)
    {
        var id = await StoreAsync(cause: cause);

        (await ListAsync(AuditRig.Bea)).Single(s => Id(s) == id).GetProperty("state").GetString().ShouldBe(state);
    }

    [Fact]
    public async Task Everybody_sees_their_own_and_nobody_elses_without_a_role()
    {
        var (mine, other) = (await StoreAsync(AuditRig.Ana), await StoreAsync());

        var seen = (await ListAsync(AuditRig.Ana)).Select(Id).ToList();
        seen.ShouldContain(mine);
        seen.ShouldNotContain(other);
        (await rig.As(AuditRig.Ana).GetAsync($"/api/sessions/{mine}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await rig.As(AuditRig.Ana).GetAsync($"/api/sessions/{other}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await rig.As(AuditRig.Ana).GetAsync($"/api/sessions/{other}/export")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_session_that_may_not_be_seen_looks_like_one_that_does_not_exist()
    {
        var other = await StoreAsync();
        var hidden = await rig.As(AuditRig.Ana).GetStringAsync404($"/api/sessions/{other}");
        var missing = await rig.As(AuditRig.Ana).GetStringAsync404("/api/sessions/nothing");

        Strip(hidden, other).ShouldBe(Strip(missing, "nothing"));

        static string Strip(string problem, string id) => JsonDocument.Parse(problem.Replace(id, "X")).RootElement.GetProperty("detail").GetString()!;
    }

    [Theory]
    [InlineData("/api/sessions")]
    [InlineData("/api/sessions/x")]
    [InlineData("/api/sessions/x/export")]
    public async Task Nothing_is_shown_to_somebody_unknown(string path) =>
        (await rig.As(null).GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task The_list_is_filtered_and_bounded()
    {
        var id = await StoreAsync(AuditRig.Bea);
        (await ListAsync(AuditRig.Bea, "?principal=bea")).ShouldAllBe(s => s.GetProperty("principal").GetString() == "bea");
        (await ListAsync(AuditRig.Bea, "?principal=bea")).Select(Id).ShouldContain(id);
        (await ListAsync(AuditRig.Bea, "?target=elsewhere")).ShouldBeEmpty();
        (await ListAsync(AuditRig.Bea, "?limit=1")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_timeline_has_every_event_as_it_was_journalled()
    {
        var events = AuditRig.Session(AuditRig.NewId());
        await rig.StoreAsync(events);

        var timeline = await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{events[0].SessionId}");
        var shown = timeline.GetProperty("events").EnumerateArray().ToList();
        shown.Select(e => (e.GetProperty("sequence").GetInt64(), e.GetProperty("kind").GetString(), e.GetProperty("hash").GetString()))
            .ShouldBe(events.Select(e => (e.Sequence, (string?)e.Kind, (string?)e.Hash)));
        shown[1].GetProperty("payload").GetProperty("text").GetString().ShouldBe("select '\0é'");
        timeline.GetProperty("more").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_long_timeline_comes_in_pages()
    {
        var id = await StoreAsync();
        var first = await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{id}?limit=4");
        var second = await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{id}?limit=4&after=3");

        first.GetProperty("more").GetBoolean().ShouldBeTrue();
        second.GetProperty("more").GetBoolean().ShouldBeFalse();
        first.GetProperty("events").EnumerateArray().Concat(second.GetProperty("events").EnumerateArray())
            .Select(e => e.GetProperty("sequence").GetInt64()).ShouldBe([0, 1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task Who_looked_at_somebody_elses_session_is_on_record_once_per_visit()
    {
        var id = await StoreAsync();
        await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{id}");
        await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{id}");
        await rig.GetAsync(AuditRig.Agent, $"/api/sessions/{id}");

        var views = await AdminEventsAsync("session.viewed", id);
        views.ShouldHaveSingleItem().GetProperty("by").GetProperty("subject").GetString().ShouldBe("bea");
    }

    [Fact]
    public async Task The_admin_log_is_a_session_that_takes_a_role_to_see()
    {
        await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{await StoreAsync()}");
        var admin = await rig.ScalarAsync<string>("SELECT max(session_id) FROM audit.events WHERE session_id LIKE 'admin-%'");

        (await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{admin}")).GetProperty("events")[0].GetProperty("kind").GetString().ShouldBe("admin.opened");
        (await rig.As(AuditRig.Ana).GetAsync($"/api/sessions/{admin}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    internal async Task<List<JsonElement>> AdminEventsAsync(string kind, string session)
    {
        var payloads = await rig.ScalarAsync<string[]>(
            $"SELECT coalesce(array_agg(payload ORDER BY session_id, sequence), '{{}}') FROM audit.events WHERE session_id LIKE 'admin-%' AND kind = '{kind}'");
        return [.. payloads.Select(p => JsonDocument.Parse(p).RootElement).Where(p => p.TryGetProperty("session", out var of) && of.GetString() == session)];
    }

    private async Task<string> StoreAsync(Contracts.Identity.Principal? principal = null, string? cause = "client closed")
    {
        IReadOnlyList<JournalEvent> events = AuditRig.Session(AuditRig.NewId(), principal, cause);
        await rig.StoreAsync(events);
        return events[0].SessionId;
    }

    private async Task<List<JsonElement>> ListAsync(Contracts.Identity.Principal principal, string query = "?limit=500") =>
        [.. (await rig.GetAsync(principal, "/api/sessions" + query)).EnumerateArray()];

    private static string Id(JsonElement session) => session.GetProperty("id").GetString()!;
}

internal static class HttpAnswers
{
    public static async Task<string> GetStringAsync404(this HttpClient client, string path)
    {
        var answer = await client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        return await answer.Content.ReadAsStringAsync();
    }
}
