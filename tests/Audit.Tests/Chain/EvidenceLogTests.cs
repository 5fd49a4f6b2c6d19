using System.Text;
using Hoop.Audit.Chain;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Chain.Sinks;
using Hoop.Audit.Export;
using Hoop.Audit.Tests.Rigs;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Chain;

public class EvidenceLogTests(AuditRig rig)
{
    private string Key => rig.Services.GetRequiredService<SigningKey>().PublicKey;

    [Theory]
    [InlineData("INSERT INTO audit.tree_heads SELECT size + 1000, root, at, key, signature FROM audit.tree_heads ORDER BY size DESC LIMIT 1", "tree heads after the one of")]
    [InlineData("INSERT INTO audit.tree_heads SELECT size + 1, root, '20000-01-01', key, signature FROM audit.tree_heads ORDER BY size DESC LIMIT 1", "tree heads after the one of")]
    [InlineData("INSERT INTO audit.log_entries SELECT max(index) + 1, 'another', 0, '{\"entry\":\"head\"}' FROM audit.log_entries; INSERT INTO audit.tree_heads SELECT size + 1, root, at, key, signature FROM audit.tree_heads ORDER BY size DESC LIMIT 1", "the log can not go on")]
    [InlineData("INSERT INTO audit.log_entries VALUES (-5, 's', 5, '{\"entry\":\"head\"}')", null)]
    public async Task Rows_that_somebody_put_into_the_log_are_named_and_passed_over(string sql, string? says)
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        await evidence.StoreAsync(AuditRig.Session("s"));
        await evidence.SealAsync();
        await evidence.ExecuteAsync(sql);
        await evidence.StoreAsync(AuditRig.Session("t"));
        var problems = new List<string>();

        (await evidence.Log.ProofsAsync("s", CancellationToken.None, problems))!.Head.Size.ShouldBeInRange(1, 2);
        if (says is null)
            problems.ShouldBeEmpty();
        else
            problems.ShouldContain(p => p.Contains(says));
        (await evidence.VerifyAsync("s")).Ok.ShouldBeTrue();
        await using var connection = await evidence.Database.OpenAsync(CancellationToken.None);
        (await evidence.Log.FirstHeadAsync(connection, 3, CancellationToken.None)).ShouldBeNull("a sink gets none of them");
    }

    [Fact]
    public async Task A_log_whose_nodes_are_gone_says_that_it_proves_nothing()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        foreach (var session in new[] { "s", "t" })
        {
            await evidence.StoreAsync(AuditRig.Session(session));
            await evidence.SealAsync();
        }

        await evidence.ExecuteAsync(Attack.Unhindered("DELETE FROM audit.log_nodes"));
        (await Should.ThrowAsync<InvalidDataException>(() => evidence.Log.ProofsAsync("s", CancellationToken.None))).Message.ShouldContain("proves nothing of session s");
    }

    [Fact]
    public async Task An_export_proves_that_its_session_is_in_the_signed_log()
    {
        var events = AuditRig.Session(AuditRig.NewId(), cause: null);
        await rig.StoreAsync(events[..3]);
        await Log().SealAsync(CancellationToken.None);
        await rig.StoreAsync(AuditRig.Session(AuditRig.NewId()));
        await Log().SealAsync(CancellationToken.None);
        await rig.StoreAsync(events[3..]);

        var result = await BundleVerifier.VerifyAsync(await ExportAsync(events[0].SessionId), Key);
        result.Ok.ShouldBeTrue(result.Message);
        result.LogSize.ShouldNotBeNull();
    }

    [Fact]
    public async Task Events_cut_off_a_running_session_in_the_database_are_found()
    {
        var events = AuditRig.Session(AuditRig.NewId(), cause: null);
        await rig.StoreAsync(events);
        await Log().SealAsync(CancellationToken.None);
        await AsAttackerAsync(Attack.Remove(events[0].SessionId, "sequence >= 3"));

        var result = await BundleVerifier.VerifyAsync(await ExportAsync(events[0].SessionId), Key);
        result.Ok.ShouldBeFalse();
        result.Message.ShouldBe("events 3 to 4 were removed from the end: the log has the session up to event 4");
    }

    [Fact]
    public async Task Somebody_with_the_database_and_the_key_is_found_by_what_a_sink_kept()
    {
        var events = AuditRig.Session(AuditRig.NewId());
        await rig.StoreAsync(events);
        await Log().SealAsync(CancellationToken.None);
        var kept = await KeptAsync();
        await AsAttackerAsync(Attack.Remove(events[0].SessionId, "sequence >= 3"));
        using var forged = new MemoryStream();
        await BundleWriter.WriteAsync(forged, events[0].SessionId, 7, DateTimeOffset.UnixEpoch, events.Take(3).ToAsyncEnumerable(), rig.Services.GetRequiredService<SigningKey>(), proofs: null);

        var result = await BundleVerifier.VerifyAsync(new MemoryStream(forged.ToArray()), Key, kept);
        result.Ok.ShouldBeFalse();
        result.Message.ShouldBe("events 3 to 5 were removed from the end: the log has the session up to event 5");
    }

    [Fact]
    public async Task Every_entry_is_signed_and_reaches_the_sink_once_in_order()
    {
        await rig.StoreAsync(AuditRig.Session(AuditRig.NewId()));
        var head = await Log().SealAsync(CancellationToken.None);
        var (log, problem) = await CheckpointLog.ReadAsync(await KeptAsync(), new KeyRing(Key));

        problem.ShouldBeNull();
        log!.UnreadableLines.ShouldBe(0);
        if (head is not null)
            log.RootAt(head.Size).ShouldBe(head.Root);
    }

    [Fact]
    public async Task A_changed_checkpoint_is_found_wherever_it_was_changed()
    {
        await rig.StoreAsync(AuditRig.Session(AuditRig.NewId()));
        await Log().SealAsync(CancellationToken.None);
        var lines = Encoding.UTF8.GetString((await KeptAsync()).ToArray()).Split('\n').Where(l => l.Length > 0).ToList();
        var random = new Random(9162);
        for (var round = 0; round < 200; round++)
        {
            var edited = lines.ToList();
            var at = random.Next(edited.Count);
            var bytes = Encoding.UTF8.GetBytes(edited[at]);
            bytes[random.Next(bytes.Length)] ^= 1;
            edited[at] = Encoding.UTF8.GetString(bytes);
            var (log, problem) = await CheckpointLog.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', edited))), new KeyRing(Key));

            (problem is not null || log!.UnreadableLines > 0).ShouldBeTrue(edited[at]);
        }
    }

    private EvidenceLog Log() => rig.Services.GetRequiredService<EvidenceLog>();

    private async Task<MemoryStream> ExportAsync(string id) => new(await rig.As(AuditRig.Bea).GetByteArrayAsync($"/api/sessions/{id}/export"));

    /// <summary>A sink of the test's own, from the first entry on.</summary>
    private async Task<MemoryStream> KeptAsync()
    {
        var path = Path.Combine(rig.DataDirectory, $"kept-{Guid.NewGuid():n}.jsonl");
        var delivery = rig.Services.GetRequiredService<CheckpointDelivery>();
        var sink = new FileSink(path);
        while (await delivery.DeliverNextAsync(sink, CancellationToken.None))
        {
        }

        return new MemoryStream(await File.ReadAllBytesAsync(path));
    }

    /// <summary>A superuser who takes the triggers away first.</summary>
    private async Task AsAttackerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(rig.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"BEGIN; ALTER TABLE ONLY audit.event_chunks DISABLE TRIGGER event_chunks_append_only; {sql}; ALTER TABLE ONLY audit.event_chunks ENABLE ALWAYS TRIGGER event_chunks_append_only; COMMIT", connection);
        await command.ExecuteNonQueryAsync();
    }
}
