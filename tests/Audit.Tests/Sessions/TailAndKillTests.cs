using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Hoop.Audit.Sessions;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Documents;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Sessions;

public sealed class TailAndKillTests(AuditRig rig)
{
    [Fact]
    public async Task A_running_session_is_told_as_it_goes_and_ends_with_it()
    {
        var events = AuditRig.Session(AuditRig.NewId());
        await rig.StoreAsync(events[..2]);
        await using var stream = await rig.As(AuditRig.Bea).GetStreamAsync($"/api/sessions/{events[0].SessionId}/tail");
        var seen = new List<(string Kind, string? Id)>();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync())
        {
            if (item.EventType != "ping") seen.Add((item.EventType, item.EventId));
            if (seen.Count == 2) await rig.StoreAsync(events[2..]);
        }

        seen.ShouldBe(events.Select(e => (e.Kind, (string?)e.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        (await new SessionsApiTests(rig).AdminEventsAsync("session.watched", events[0].SessionId)).ShouldHaveSingleItem().GetProperty("by").GetProperty("name").GetString().ShouldBe("bea");
    }

    [Fact]
    public async Task Who_comes_back_goes_on_where_they_were()
    {
        var events = AuditRig.Session(AuditRig.NewId());
        await rig.StoreAsync(events);
        using var client = rig.As(AuditRig.Bea);
        client.DefaultRequestHeaders.Add("Last-Event-ID", "3");
        await using var stream = await client.GetStreamAsync($"/api/sessions/{events[0].SessionId}/tail");

        (await SseParser.Create(stream).EnumerateAsync().Select(item => item.EventId).ToListAsync()).ShouldBe(["4", "5"]);
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("-2")]
    [InlineData("abc")]
    public async Task What_is_no_number_of_an_event_is_refused_in_one_line(string after)
    {
        var events = AuditRig.Session(AuditRig.NewId());
        await rig.StoreAsync(events);
        using var again = rig.As(AuditRig.Bea);
        again.DefaultRequestHeaders.Add("Last-Event-ID", after);
        foreach (var (client, path) in new[] { (rig.As(AuditRig.Bea), $"?after={after}"), (rig.As(AuditRig.Bea), $"/tail?after={after}"), (again, "/tail") })
        {
            var answer = await client.GetAsync($"/api/sessions/{events[0].SessionId}{path}");
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            problem.GetProperty("code").GetString().ShouldBeOneOf("not-a-sequence", "bad-request");
            problem.GetRawText().ShouldNotContain("Exception");
        }
    }

    [Fact]
    public async Task Who_loses_the_role_is_told_no_more()
    {
        var events = AuditRig.Session(AuditRig.NewId());
        await rig.StoreAsync(events[..2]);
        var (documents, queries) = (new HoopDocuments(), rig.Services.GetRequiredService<SessionQueries>());
        documents.Set(Document(1, "dba"));
        var (rights, session) = (new SessionRights(documents), (await queries.FindAsync(events[0].SessionId, CancellationToken.None))!);
        var told = new List<string?>();
        await foreach (var item in TailApi.FollowAsync(queries, session.Id, -1, () => rights.MayWatch(AuditRig.Bea, session), TimeProvider.System, CancellationToken.None))
        {
            told.Add(item.EventId);
            if (told.Count < 2) continue;
            documents.Set(Document(2, "nobody"));
            await rig.StoreAsync(events[2..]);
        }

        told.ShouldBe(["0", "1"]);

        static HoopDocument Document(long version, string watches) => new()
        {
            Version = version, Digest = watches, Roles = new Dictionary<string, RoleDocument> { ["dba"] = new(["dba"], []) }, Access = new AccessDocument { WatchSessions = [watches] },
        };
    }

    [Fact]
    public async Task Who_follows_a_session_is_told_of_it_until_their_token_expires()
    {
        var events = AuditRig.Session(AuditRig.NewId(), cause: null);
        await rig.StoreAsync(events);
        using var client = rig.As(AuditRig.Bea, expiry: TimeProvider.System.GetUtcNow().AddSeconds(3));
        await using var stream = await client.GetStreamAsync($"/api/sessions/{events[0].SessionId}/tail");

        // The session runs on; the stream ends by itself.
        (await SseParser.Create(stream).EnumerateAsync().CountAsync(item => item.EventType != "ping").AsTask().WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(5);
    }

    [Fact]
    public async Task So_many_follow_at_once_and_no_more()
    {
        var events = AuditRig.Session(AuditRig.NewId(), cause: null);
        await rig.StoreAsync(events);
        using var client = rig.As(AuditRig.Bea with { Subject = AuditRig.NewId() });
        var path = $"/api/sessions/{events[0].SessionId}/tail";
        var followers = new List<HttpResponseMessage>();
        for (var i = 0; i < 10; i++)
            followers.Add(await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead));
        followers.ShouldAllBe(f => f.StatusCode == HttpStatusCode.OK);

        var refused = await client.GetAsync(path);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("too many followers of live sessions at once: 10 of one principal");
        (await rig.As(AuditRig.Bea).GetAsync(path, HttpCompletionOption.ResponseHeadersRead)).StatusCode.ShouldBe(HttpStatusCode.OK);
        followers.ForEach(f => f.Dispose());
        await Hoop.Testing.Eventually.TrueAsync(async () =>
        {
            using var again = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
            return again.StatusCode == HttpStatusCode.OK;
        });
    }

    [Fact]
    public async Task Watching_and_killing_take_their_own_roles()
    {
        var events = AuditRig.Session(AuditRig.NewId(), cause: null);
        await rig.StoreAsync(events);
        var path = $"/api/sessions/{events[0].SessionId}";
        (await rig.As(AuditRig.Ana).GetAsync(path + "/tail")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await rig.As(AuditRig.Ana).PostAsJsonAsync(path + "/kill", new { reason = "x" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await rig.As(AuditRig.Auditor).PostAsJsonAsync(path + "/kill", new { reason = "x" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await rig.As(AuditRig.Auditor).GetAsync(path + "/tail")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await rig.As(AuditRig.Bea).PostAsJsonAsync(path + "/kill", new { reason = " " })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await rig.As(null).PostAsJsonAsync(path + "/kill", new { reason = "x" })).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_kill_reaches_the_Ingress_that_holds_the_session_and_is_on_record_first()
    {
        var events = AuditRig.Session(AuditRig.NewId(), cause: null);
        await rig.StoreAsync(events);
        var id = events[0].SessionId;
        var holder = rig.Services.GetRequiredService<IBus>().ConnectReceiveEndpoint($"holder-{id}", endpoint => endpoint.Handler<KillSession>(context =>
            context.Message.SessionId == id ? context.RespondAsync(new SessionKilled(id, $"{context.Message.By}: {context.Message.Reason}")) : Task.CompletedTask));
        await holder.Ready;

        var answer = await rig.As(AuditRig.Bea).PostAsJsonAsync($"/api/sessions/{id}/kill", new { reason = "wrong\ndatabase" });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("bea: wrong database");
        (await new SessionsApiTests(rig).AdminEventsAsync("session.kill", id)).ShouldHaveSingleItem().GetProperty("reason").GetString().ShouldBe("wrong database");
        await holder.StopAsync();
    }

    [Fact]
    public async Task A_session_that_has_ended_is_not_killed_again()
    {
        var events = AuditRig.Session(AuditRig.NewId());
        await rig.StoreAsync(events);
        (await rig.As(AuditRig.Bea).PostAsJsonAsync($"/api/sessions/{events[0].SessionId}/kill", new { reason = "x" })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }
}
