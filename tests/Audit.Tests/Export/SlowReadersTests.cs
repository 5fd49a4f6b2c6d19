using System.Net;
using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Audit.Export;
using Hoop.Audit.Tests.Rigs;
using Hoop.Contracts.Audit;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Export;

public sealed class SlowReadersTests(AuditRig rig)
{
    [Fact]
    public async Task Who_reads_an_export_slowly_holds_no_connection_and_only_so_many_exports()
    {
        var chain = new SessionChain(AuditRig.NewId());
        await rig.StoreAsync(
        [
            chain.Append(EventKinds.SessionStarted, JsonSerializer.Serialize(new { principal = new { issuer = "i", subject = "s", name = "s", kind = "agent" } }), DateTimeOffset.Parse("2026-01-31T12:00:00Z")),
            .. Enumerable.Range(0, 8).Select(i => chain.Append("k", JsonSerializer.Serialize(new { text = new string('x', 100_000) }), DateTimeOffset.Parse("2026-01-31T12:00:00Z"))),
        ]);
        var slow = new List<HttpResponseMessage>();
        for (var i = 0; i < 13; i++)
        {
            var client = rig.As(AuditRig.Bea with { Subject = $"slow-{i}" });
            for (var n = 0; n < 4; n++)
                slow.Add(await client.GetAsync($"/api/sessions/{chain.SessionId}/export", HttpCompletionOption.ResponseHeadersRead));
        }

        slow.ShouldAllBe(a => a.StatusCode == HttpStatusCode.OK);
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE usename = '{AuditRig.ServiceUser}' AND state = 'idle in transaction' AND state_change < now() - interval '5 seconds'")).ShouldBe(0);
        await rig.StoreAsync(AuditRig.Session(AuditRig.NewId()));
        var refused = await rig.As(AuditRig.Bea with { Subject = "slow-0" }).GetAsync($"/api/sessions/{chain.SessionId}/export");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("too many exports at once: 4 of one principal");

        slow.ForEach(a => a.Dispose());
        await Hoop.Testing.Eventually.TrueAsync(async () =>
        {
            using var again = await rig.As(AuditRig.Bea with { Subject = "slow-0" }).GetAsync($"/api/sessions/{chain.SessionId}/export");
            return again.StatusCode == HttpStatusCode.OK;
        });
    }

    [Fact]
    public async Task Who_asks_leaves_the_service_the_connections_that_it_works_with()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var taken = new List<NpgsqlConnection>();
        for (var i = 0; i < 20; i++)
            taken.Add(await evidence.Database.OpenForAnswerAsync(CancellationToken.None));
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Should.ThrowAsync<OperationCanceledException>(async () => await evidence.Database.OpenForAnswerAsync(patience.Token));

        await evidence.StoreAsync(AuditRig.Session("s"));
        await evidence.SealAsync();
        foreach (var connection in taken)
            await connection.DisposeAsync();
    }

    [Fact]
    public async Task An_export_is_a_file_without_a_name_of_bounded_size()
    {
        var files = new ExportFiles(mostOfOne: 100, mostOfAll: 150);
        var before = Directory.GetFiles(Path.GetTempPath(), "hoop-export-*").Length;
        await using (var first = files.Create())
        {
            await first.WriteAsync(new byte[100]);
            first.Position = 50;
            await first.WriteAsync(new byte[50]);
            (await Should.ThrowAsync<ExportTooLargeException>(async () => await first.WriteAsync(new byte[1]))).OfAll.ShouldBeFalse();
            await using var second = files.Create();
            await second.WriteAsync(new byte[50]);
            Should.Throw<ExportTooLargeException>(() => second.WriteByte(1)).OfAll.ShouldBeTrue();
            Directory.GetFiles(Path.GetTempPath(), "hoop-export-*").Length.ShouldBe(before);
        }

        await using var third = files.Create();
        third.Write(new byte[100]);
        third.Position = 0;
        third.ReadByte().ShouldBe(0);
    }
}
