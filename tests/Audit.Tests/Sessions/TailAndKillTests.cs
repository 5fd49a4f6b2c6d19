using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using Hoop.Contracts.Audit;
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
