using System.Security.Cryptography;
using System.Text;
using Hoop.Audit.Chain;
using Hoop.Audit.Ingest;
using Hoop.Audit.Storage;
using Hoop.Audit.Tests.Rigs;
using Hoop.Contracts.Audit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Ingest;

/// <summary>Over a real broker into a real database.</summary>
public class RecordEventsTests(AuditRig rig)
{
    [Fact]
    public async Task A_batch_is_stored_and_confirmed_and_a_redelivery_changes_nothing()
    {
        await using var ingress = await IngressBus.StartAsync(rig.RabbitMq);
        var id = AuditRig.NewId();
        var batch = new RecordEvents(Guid.NewGuid(), "i1", EventBatch.Of(AuditRig.Session(id)));

        (await ingress.SendAsync(batch)).IngressId.ShouldBe("i1");
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.events WHERE session_id = '{id}'")).ShouldBe(6);
        await ingress.SendAsync(batch);
        await ingress.SendAsync(batch with { BatchId = Guid.NewGuid() });

        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.events WHERE session_id = '{id}'")).ShouldBe(6);
        (await rig.ScalarAsync<long>($"SELECT operations FROM audit.sessions WHERE id = '{id}'")).ShouldBe(3);
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.tampering WHERE session_id = '{id}'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_batch_as_an_ingress_of_a_version_before_sends_it_is_stored_and_confirmed()
    {
        await using var ingress = await IngressBus.StartAsync(rig.RabbitMq);
        var (id, batch) = (AuditRig.NewId(), Guid.NewGuid());
        await ingress.PublishRawAsync("application/vnd.masstransit+json", null, Encoding.UTF8.GetBytes($$"""
            {"messageId": "{{Guid.NewGuid()}}", "messageType": ["urn:message:Hoop.Contracts.Audit:RecordEvents"],
             "message": {"batchId": "{{batch}}", "ingressId": "old", "events": "{{Convert.ToBase64String(EventBatch.Of(AuditRig.Session(id)))}}" } }
            """));

        (await ingress.ConfirmedAsync(batch)).IngressId.ShouldBe("old");
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.events WHERE session_id = '{id}' AND ingress = 'old'")).ShouldBe(6);
    }

    [Fact]
    public async Task A_batch_that_can_not_be_read_is_dropped_and_stops_no_other()
    {
        await using var ingress = await IngressBus.StartAsync(rig.RabbitMq);
        var (id, good) = (AuditRig.NewId(), AuditRig.NewId());
        var events = EventBatch.Of(AuditRig.Session(id));
        var named = new Dictionary<string, object?> { ["Hoop-Batch"] = Guid.NewGuid().ToString(), ["Hoop-Ingress"] = "i1" };
        await ingress.PublishRawAsync(IngressBus.Raw, named, events[..^1]);
        await ingress.PublishRawAsync(IngressBus.Raw, null, events);
        await ingress.PublishRawAsync(IngressBus.Raw, new Dictionary<string, object?>(named) { ["Hoop-Batch"] = "7" }, events);
        await ingress.PublishRawAsync(IngressBus.Raw, named, "no events"u8.ToArray());
        await ingress.PublishRawAsync("application/x-of-a-later-version", named, events);
        var batch = new RecordEvents(Guid.NewGuid(), "i1", EventBatch.Of(AuditRig.Session(good)));
        await ingress.SendAsync(batch);

        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.events WHERE session_id = '{good}'")).ShouldBe(6);
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.events WHERE session_id = '{id}'")).ShouldBe(0);
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.tampering WHERE session_id = '{id}'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_batch_of_many_frames_is_stored_to_the_byte()
    {
        await using var ingress = await IngressBus.StartAsync(rig.RabbitMq);
        var chain = new SessionChain(AuditRig.NewId());
        var events = Enumerable.Range(0, 40).Select(i => chain.Append("k", $$"""{"n":{{i}},"text":"{{new string((char)('a' + i % 26), 100_000)}}"}""", DateTimeOffset.Parse("2026-01-31T12:00:00Z"))).ToList();
        await ingress.SendAsync(new RecordEvents(Guid.NewGuid(), "i1", EventBatch.Of(events)));

        (await rig.ScalarAsync<string>($"SELECT string_agg(encode(sha256(payload::bytea), 'hex'), ' ' ORDER BY sequence) FROM audit.events WHERE session_id = '{chain.SessionId}'"))
            .ShouldBe(string.Join(' ', events.Select(e => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(e.Payload))))));
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.tampering WHERE session_id = '{chain.SessionId}'")).ShouldBe(0);
    }

    [Fact]
    public async Task Batches_that_overlap_are_stored_once_each_event()
    {
        await using var ingress = await IngressBus.StartAsync(rig.RabbitMq);
        var events = AuditRig.Session(AuditRig.NewId());
        await ingress.SendAsync(new RecordEvents(Guid.NewGuid(), "i1", EventBatch.Of(events[..4])));
        await ingress.SendAsync(new RecordEvents(Guid.NewGuid(), "i1", EventBatch.Of(events[2..])));

        (await rig.ScalarAsync<long>($"SELECT events FROM audit.sessions WHERE id = '{events[0].SessionId}'")).ShouldBe(6);
    }

    [Fact]
    public async Task A_changed_event_is_refused_recorded_and_the_batch_still_confirmed()
    {
        await using var ingress = await IngressBus.StartAsync(rig.RabbitMq);
        var events = AuditRig.Session(AuditRig.NewId());
        await ingress.SendAsync(new RecordEvents(Guid.NewGuid(), "i1", EventBatch.Of(events)));
        var forged = AuditRig.Session(events[0].SessionId, AuditRig.Ana);
        var batch = new RecordEvents(Guid.NewGuid(), "i2", EventBatch.Of(forged));
        await ingress.SendAsync(batch);
        await ingress.SendAsync(batch);

        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.tampering WHERE session_id = '{events[0].SessionId}' AND ingress = 'i2'")).ShouldBe(6);
        (await rig.ScalarAsync<string>($"SELECT principal_name FROM audit.sessions WHERE id = '{events[0].SessionId}'")).ShouldBe("reporting-agent");
    }

    [Fact]
    public async Task A_gap_is_kept_shown_and_closed_when_the_rest_arrives()
    {
        await using var ingress = await IngressBus.StartAsync(rig.RabbitMq);
        var events = AuditRig.Session(AuditRig.NewId());
        await ingress.SendAsync(new RecordEvents(Guid.NewGuid(), "i1", EventBatch.Of([events[0], .. events[3..]])));
        (await CompleteAsync(events[0].SessionId)).ShouldBeFalse();
        await ingress.SendAsync(new RecordEvents(Guid.NewGuid(), "i1", EventBatch.Of(events[1..3])));

        (await CompleteAsync(events[0].SessionId)).ShouldBeTrue();
    }

    [Fact]
    public async Task Two_ingresses_that_claim_one_session_at_once_never_take_a_place_twice()
    {
        for (var round = 0; round < 5; round++)
        {
            var id = AuditRig.NewId();
            // The same places at other times: each would be a row of its own in the table.
            var claims = Enumerable.Range(0, 4).Select(i => AuditRig.Session(id, at: DateTimeOffset.Parse("2026-01-31T12:00:00Z").AddDays(7 * i))).ToList();
            await Task.WhenAll(claims.Select((events, i) => Task.Run(() => rig.Store.StoreAsync($"claim-{i}", AuditRig.Batch(events), CancellationToken.None))));

            (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.events WHERE session_id = '{id}'")).ShouldBe(6);
            (await rig.ScalarAsync<long>($"SELECT count(DISTINCT ingress) FROM audit.events WHERE session_id = '{id}'")).ShouldBe(1);
            (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.tampering WHERE session_id = '{id}'")).ShouldBe(18);
        }
    }

    [Fact]
    public async Task Events_of_a_clock_that_jumped_keep_their_order_and_are_all_found()
    {
        var (chain, start) = (new SessionChain(AuditRig.NewId()), DateTimeOffset.Parse("2026-01-31T12:00:00Z"));
        List<JournalEvent> events =
        [
            chain.Append(EventKinds.SessionStarted, AuditRig.Session(chain.SessionId)[0].Payload, start),
            chain.Append(EventKinds.OperationDecided, """{"operation":1,"outcome":"allow","text":"select 1"}""", start.AddDays(-500)),
            chain.Append(EventKinds.OperationCompleted, """{"operation":1,"rows":1}""", start.AddYears(20)),
            chain.Append(EventKinds.SessionEnded, """{"cause":"client closed"}""", start.AddDays(-1)),
        ];
        await rig.StoreAsync(events[..2]);
        await rig.StoreAsync(events[1..]);
        await rig.StoreAsync(events);

        var shown = await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{chain.SessionId}");
        shown.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("sequence").GetInt64()).ShouldBe([0, 1, 2, 3]);
        shown.GetProperty("session").GetProperty("complete").GetBoolean().ShouldBeTrue();
        shown.GetProperty("session").GetProperty("state").GetString().ShouldBe("ended");
    }

    [Fact]
    public async Task The_head_follows_the_chain_over_a_gap_that_closes()
    {
        var events = AuditRig.Session(AuditRig.NewId());
        await rig.StoreAsync([events[1]]);
        (await HeadAsync(events[0].SessionId)).ShouldBe("-1 of 1");
        await rig.StoreAsync([events[3], events[5]]);
        await rig.StoreAsync([events[0]]);
        (await HeadAsync(events[0].SessionId)).ShouldBe("1 of 5");
        await rig.StoreAsync([events[4], events[2]]);

        (await HeadAsync(events[0].SessionId)).ShouldBe("5 of 5");
        (await rig.ScalarAsync<string>($"SELECT encode(hash, 'hex') FROM audit.heads WHERE session_id = '{events[0].SessionId}'")).ShouldBe(events[5].Hash);
    }

    [Fact]
    public async Task Sessions_side_by_side_are_stored_to_the_byte()
    {
        var (one, other) = (new SessionChain(AuditRig.NewId()), new SessionChain(AuditRig.NewId()));
        var (at, events) = (DateTimeOffset.Parse("2026-01-31T12:00:00Z"), new List<JournalEvent>());
        for (var i = 0; i < 200; i++)
            events.Add((i % 3 == 0 ? one : other).Append(EventKinds.OperationCompleted, $$"""{"operation":{{i}},"status":"{{new string('\u2603', i)}} \\ \" '{}'"}""", at.AddSeconds(i)));
        await rig.StoreAsync(events);

        foreach (var chain in new[] { one, other })
        {
            var stored = await rig.ScalarAsync<string>($"SELECT string_agg(concat_ws('|', sequence, to_char(at AT TIME ZONE 'UTC', 'SS.US'), kind, payload, encode(previous_hash, 'hex'), encode(hash, 'hex')), E'\n' ORDER BY sequence) FROM audit.events WHERE session_id = '{chain.SessionId}'");
            stored.ShouldBe(string.Join('\n', events.Where(e => e.SessionId == chain.SessionId).Select(e => $"{e.Sequence}|{e.At:ss.ffffff}|{e.Kind}|{e.Payload}|{e.PreviousHash}|{e.Hash}")));
        }
    }

    [Fact]
    public async Task A_batch_of_many_short_sessions_is_stored_whole()
    {
        var (prefix, at) = (AuditRig.NewId(), DateTimeOffset.Parse("2026-01-31T12:00:00Z"));
        var chains = Enumerable.Range(0, 150).Select(i => new SessionChain($"{prefix}-{i}")).ToList();
        await rig.StoreAsync([.. Enumerable.Range(0, 3).SelectMany(n => chains.Select((c, i) => c.Append("k", $$"""{"n":{{n}},"of":{{i}}}""", at)))]);

        (await rig.ScalarAsync<long>($$"""SELECT count(*) FROM audit.events WHERE session_id LIKE '{{prefix}}-%' AND payload = format('{"n":%s,"of":%s}', sequence, split_part(session_id, '-', 2))""")).ShouldBe(450);
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.heads WHERE session_id LIKE '{prefix}-%' AND sequence = 2 AND events = 3")).ShouldBe(150);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public async Task An_event_that_has_no_place_is_kept_and_stops_no_other(long sequence)
    {
        var events = AuditRig.Session(AuditRig.NewId());
        await rig.StoreAsync(events[..3]);
        await rig.StoreAsync([new SessionChain(events[0].SessionId, sequence, events[2].Hash).Append("k", "{}", events[0].At), .. events[3..]]);

        (await HeadAsync(events[0].SessionId)).ShouldBe("5 of 5");
        (await rig.ScalarAsync<string>($"SELECT reason FROM audit.tampering WHERE session_id = '{events[0].SessionId}'")).ShouldBe("its session, kind or sequence is malformed");
    }

    [Fact]
    public async Task What_is_no_text_for_the_database_is_kept_as_tampering()
    {
        var (id, at) = (AuditRig.NewId(), DateTimeOffset.Parse("2026-01-31T12:00:00Z"));
        var nul = new SessionChain(id + "\0").Append("k", "{}", at);
        var bytes = EventBatch.Of([new SessionChain(id).Append("k", """{"text":"!"}""", at)]);
        bytes[bytes.AsSpan().IndexOf("\"!"u8) + 1] = 0xff;
        await rig.Store.StoreAsync("i1", [.. AuditRig.Batch([nul]), .. EventBatch.Read(bytes)], CancellationToken.None);

        (await rig.ScalarAsync<string>($"SELECT reason FROM audit.tampering WHERE session_id = '{id}\ufffd'")).ShouldBe("its session, kind or sequence is malformed");
        (await rig.ScalarAsync<string>($"SELECT reason || ': ' || (event::jsonb ->> 'Payload') FROM audit.tampering WHERE session_id = '{id}'")).ShouldBe("its hash does not match its content: {\"text\":\"\ufffd\"}");
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.events WHERE session_id LIKE '{id}%'")).ShouldBe(0);
    }

    internal static EventStore StoreOn(AuditDatabase database) => new(database, new EventPartitions(), new Hoop.Audit.Recordings.ContentStore(database, NullLogger<Hoop.Audit.Recordings.ContentStore>.Instance), NullLogger<EventStore>.Instance);

    private Task<string> HeadAsync(string id) => rig.ScalarAsync<string>($"SELECT sequence || ' of ' || last_sequence FROM audit.heads WHERE session_id = '{id}'");

    private async Task<bool> CompleteAsync(string id) =>
        (await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{id}")).GetProperty("session").GetProperty("complete").GetBoolean();
}
