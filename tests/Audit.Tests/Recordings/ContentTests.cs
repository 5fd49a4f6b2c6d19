using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
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
        await rig.StoreAsync([.. events, Content(session, 0, "[\"1\",null]\n[\"2\",\"é\"]\n")]);
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

    internal static JournalEvent Content(string session, long number, string lines, string? sha = null)
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) brotli.Write(Encoding.UTF8.GetBytes(lines));
        var data = compressed.ToArray();
        return new SessionChain($"content-{session}-{number}").Append(
            EventKinds.Content, JsonSerializer.Serialize(new { session, number, sha256 = sha ?? Convert.ToHexStringLower(SHA256.HashData(data)), data }), At);
    }
}
