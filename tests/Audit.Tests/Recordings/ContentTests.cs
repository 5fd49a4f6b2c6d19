using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Audit.Storage;
using Hoop.Audit.Tests.Rigs;
using Hoop.Contracts.Audit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Recordings;

public sealed class ContentTests(AuditRig rig, ITestOutputHelper output)
{
    private static readonly DateTimeOffset At = DateTimeOffset.Parse("2026-01-31T12:00:00Z");

    [Fact]
    public async Task Recorded_rows_are_kept_beside_the_events_and_shown_to_whoever_may_see_the_session()
    {
        var events = AuditRig.Session(AuditRig.NewId());
        var session = events[0].SessionId;
        await rig.StoreAsync([.. events, .. Recorded(events, "[\"1\",null]\n[\"2\",\"é\"]\n")]);
        await rig.StoreAsync([Content(session, 0, "[\"1\",null]\n[\"2\",\"é\"]\n")]);

        var rows = (await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{session}/contents/0")).GetProperty("rows");
        rows.GetRawText().ShouldBe("""[["1",null],["2","é"]]""");
        (await rig.As(AuditRig.Ana).GetAsync($"/api/sessions/{session}/contents/0")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await rig.As(AuditRig.Bea).GetAsync($"/api/sessions/{session}/contents/1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.events WHERE session_id LIKE 'content-%'")).ShouldBe(0);
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.sessions WHERE id LIKE 'content-%'")).ShouldBe(0);
    }

    [Fact]
    public async Task Rows_that_are_not_what_their_hash_says_are_kept_as_tampering()
    {
        var session = AuditRig.NewId();
        await rig.StoreAsync([Content(session, 0, "[\"1\"]\n", sha: new string('0', 64))]);

        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.contents WHERE session_id = '{session}'")).ShouldBe(0);
        (await rig.ScalarAsync<string>($"SELECT reason FROM audit.tampering WHERE session_id = 'content-{session}-0'")).ShouldBe("its content does not match its hash");
    }

    [Fact]
    public async Task Rows_that_somebody_put_beside_the_recorded_ones_are_not_shown()
    {
        var events = AuditRig.Session(AuditRig.NewId());
        var session = events[0].SessionId;
        await rig.StoreAsync([.. events, .. Recorded(events, "[\"true\"]\n")]);
        await using var connection = await rig.Services.GetRequiredService<AuditDatabase>().OpenAsync(CancellationToken.None);
        foreach (var (hash, at) in new[] { ("encode(sha256(d), 'hex')", "- interval '1 second'"), ("sha256", "+ interval '1 second'") })
        {
            await using var forge = new NpgsqlCommand(
                $"INSERT INTO audit.contents (session_id, number, at, sha256, bytes, data) SELECT session_id, number, at {at}, {hash}, 1, d FROM audit.contents, decode($2, 'base64') AS d WHERE session_id = $1 LIMIT 1", connection)
            {
                Parameters = { new() { Value = session }, new() { Value = JsonDocument.Parse(Content(session, 0, "[\"forged\"]\n").Payload).RootElement.GetProperty("data").GetString() } },
            };
            await forge.ExecuteNonQueryAsync();
            (await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{session}/contents/0")).GetProperty("rows").GetRawText().ShouldBe("""[["true"]]""");
        }

        // Rows that no event of the session names are nobody's.
        await using var alone = new NpgsqlCommand("INSERT INTO audit.contents (session_id, number, at, sha256, bytes, data) SELECT session_id, 1, at, sha256, bytes, data FROM audit.contents WHERE session_id = $1 LIMIT 1", connection) { Parameters = { new() { Value = session } } };
        await alone.ExecuteNonQueryAsync();
        (await rig.As(AuditRig.Bea).GetAsync($"/api/sessions/{session}/contents/1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Rows_whose_recorded_ones_are_gone_are_refused()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var events = AuditRig.Session("s");
        await evidence.StoreAsync([.. events, .. Recorded(events, "[\"true\"]\n")]);
        await evidence.ExecuteAsync(Attack.Unhindered("UPDATE audit.contents SET data = 'x', sha256 = encode(sha256('x'), 'hex')"));

        (await Should.ThrowAsync<InvalidDataException>(() => evidence.Contents.ReadAsync("s", 0, CancellationToken.None))).Message.ShouldContain("not what was recorded");
    }

    [Fact]
    public async Task A_recording_of_many_events_begins_to_show_at_once()
    {
        var id = AuditRig.NewId();
        var chain = new SessionChain(id);
        var events = Enumerable.Range(0, 100_000).Select(i => chain.Append(EventKinds.OperationCompleted, $$"""{"operation":{{i}},"status":"SELECT 1","rows":1}""", At)).ToList();
        foreach (var batch in events.Chunk(10_000)) await rig.StoreAsync(batch);
        await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{id}?limit=200");

        var clock = System.Diagnostics.Stopwatch.StartNew();
        var first = await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{id}?limit=200");
        output.WriteLine($"The first 200 of {events.Count} events after {clock.Elapsed.TotalMilliseconds:0} ms");
        var later = await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{id}?limit=200&after=90000");
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
        first.GetProperty("events").GetArrayLength().ShouldBe(200);
        later.GetProperty("events")[0].GetProperty("sequence").GetInt64().ShouldBe(90_001);
    }

    /// <summary>Rows 0, and the event that names them, to follow these.</summary>
    internal static IReadOnlyList<JournalEvent> Recorded(IReadOnlyList<JournalEvent> events, string lines) => [Content(events[0].SessionId, 0, lines), .. Named(events, lines)];

    /// <summary>The events that name such rows, from 0 on, to follow these.</summary>
    internal static IReadOnlyList<JournalEvent> Named(IReadOnlyList<JournalEvent> events, params string[] contents)
    {
        var chain = new SessionChain(events[0].SessionId, events.Count, events[^1].Hash);
        return [.. contents.Select((lines, number) =>
        {
            var sha256 = JsonDocument.Parse(Content(events[0].SessionId, number, lines).Payload).RootElement.GetProperty("sha256").GetString();
            return chain.Append(EventKinds.ResultRecorded, JsonSerializer.Serialize(new { operation = 1, chunk = 0, rows = 1, content = new { number, sha256 } }), At);
        })];
    }

    internal static JournalEvent Content(string session, long number, string lines, string? sha = null)
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) brotli.Write(Encoding.UTF8.GetBytes(lines));
        var data = compressed.ToArray();
        return new SessionChain($"content-{session}-{number}").Append(
            EventKinds.Content, JsonSerializer.Serialize(new { session, number, sha256 = sha ?? Convert.ToHexStringLower(SHA256.HashData(data)), data }), At);
    }
}
