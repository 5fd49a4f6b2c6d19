using Hoop.Audit.Chain;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Retention;
using Hoop.Audit.Sessions;
using Hoop.Audit.Tests.Rigs;
using Hoop.Contracts.Audit;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Retention;

public sealed class RetentionTests
{
    private static readonly DateTimeOffset Sunday = DateTimeOffset.Parse("2024-03-03T23:59:30Z");

    [Fact]
    public async Task A_partition_that_is_older_than_the_retention_goes_and_leaves_signed_tombstones()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync(keepDays: 90);
        var (old, young) = (AuditRig.Session("old", at: Sunday.AddDays(-3)), AuditRig.Session("young", at: TimeProvider.System.GetUtcNow()));
        await evidence.StoreAsync(old);
        await evidence.StoreAsync(young);
        await evidence.ExecuteAsync("UPDATE audit.retention SET keep = NULL");
        (await evidence.DropDueAsync()).ShouldBeEmpty("everything is kept");
        await evidence.ExecuteAsync("UPDATE audit.retention SET keep = interval '90 days'");

        (await evidence.DropDueAsync()).ShouldBe(["events_2024w09"]);
        (await evidence.DropDueAsync()).ShouldBeEmpty();
        (await evidence.ScalarAsync<bool>("SELECT to_regclass('audit.events_2024w09') IS NULL AND to_regclass('audit.statements_2024w09') IS NULL")).ShouldBeTrue();
        var queries = new SessionQueries(evidence.Database);
        (await queries.FindAsync("old", CancellationToken.None)).ShouldBeNull();
        (await queries.TombstoneAsync("old", CancellationToken.None))!.Value.Entry.Sequence.ShouldBe(5);
        (await queries.TombstoneAsync("young", CancellationToken.None)).ShouldBeNull();
        (await evidence.VerifyAsync("young")).Ok.ShouldBeTrue();

        var (log, problem) = await CheckpointLog.ReadAsync(await evidence.CheckpointsAsync(), new KeyRing(evidence.Key.PublicKey));
        problem.ShouldBeNull();
        log!.Of("old")[^1].ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(LogEntry.Tombstone), e => e.First.ShouldBe(0), e => e.Sequence.ShouldBe(5), e => e.Hash.ShouldBe(old[5].Hash), e => e.Reason.ShouldBe("retention of 90 days, events_2024w09"));
        var (index, partition) = log.Partitions.ShouldHaveSingleItem();
        (partition.Partition, partition.Events, partition.Sessions, partition.Rule).ShouldBe(("events_2024w09", 6, 1, "retention of 90 days"));
        (await evidence.ScalarAsync<long>("SELECT index FROM audit.tombstones")).ShouldBe(index);
        (await evidence.ScalarAsync<string>($"SELECT payload FROM audit.events WHERE kind = '{PartitionDrop.Dropped}'")).ShouldContain("\"events_2024w09\"");
    }

    [Fact]
    public async Task What_retention_dropped_is_told_from_what_somebody_removed()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync(keepDays: 90);
        // Over the end of a week that retention drops, into one that a hold keeps.
        await evidence.StoreAsync(AuditRig.Session("s", at: Sunday));
        await evidence.StoreAsync(AuditRig.Session("held", at: Sunday.AddMinutes(5)));
        await evidence.Holds.PlaceAsync("session", "held", "case 7", "bea", CancellationToken.None);
        (await evidence.DropDueAsync()).ShouldBe(["events_2024w09"]);

        await evidence.SealAsync();
        var result = await evidence.VerifyAsync("s", await evidence.CheckpointsAsync());
        result.Ok.ShouldBeTrue(result.Message);
        result.Events.ShouldBe(1);
        var run = result.Dropped.ShouldHaveSingleItem();
        (run.First, run.Last, run.Rule).ShouldBe((0, 4, "retention of 90 days, events_2024w09"));

        await evidence.StoreAsync([.. MoreOf("held", AuditRig.Session("held", at: Sunday.AddMinutes(5)))]);
        await evidence.SealAsync();
        await AsAttackerAsync(evidence, "events_2024w10", Attack.Remove("held", "sequence < 3"));
        (await evidence.VerifyAsync("held")).Message.ShouldStartWith("events 0 to 2 were removed: event 3");
    }

    [Fact]
    public async Task A_legal_hold_keeps_every_partition_of_what_it_names_until_it_is_released()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync(keepDays: 90);
        await evidence.StoreAsync(AuditRig.Session("s", at: Sunday));
        (await evidence.Holds.PlaceAsync("target", "another", "case 8", "bea", CancellationToken.None)).Sessions.ShouldBe(0);
        foreach (var (scope, value) in new[] { ("session", "s"), ("target", "shop"), ("principal", "reporting-agent"), ("principal", AuditRig.Agent.Id), ("all", "") })
        {
            var hold = await evidence.Holds.PlaceAsync(scope, value, "case 7", "bea", CancellationToken.None);
            hold.Sessions.ShouldBe(1);
            (await evidence.DropDueAsync()).ShouldBeEmpty($"{scope} {value}");
            (await evidence.ReleaseAsync(hold.Id))!.ReleaseReason.ShouldBe("closed");
            (await evidence.ReleaseAsync(hold.Id, "again")).ShouldBeNull();
        }

        (await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.log_entries WHERE entry LIKE '%tombstone%'")).ShouldBe(0);
        (await evidence.DropDueAsync()).ShouldBe(["events_2024w09", "events_2024w10"]);
    }

    [Fact]
    public async Task Nothing_leaves_while_an_export_is_made()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync(keepDays: 90);
        await evidence.StoreAsync(AuditRig.Session("s", at: Sunday.AddDays(-3)));
        await evidence.ExecuteAsync("ALTER FUNCTION audit.drop_events_partition(text) SET lock_timeout = '50ms'");
        await using (await DropPause.BeginAsync(evidence.Database, CancellationToken.None))
        await using (await DropPause.BeginAsync(evidence.Database, CancellationToken.None))
            (await evidence.DropDueAsync()).ShouldBeEmpty();

        (await evidence.VerifyAsync("s")).Ok.ShouldBeTrue();
        (await evidence.DropDueAsync()).ShouldBe(["events_2024w09"]);
    }

    [Fact]
    public async Task What_nobody_knows_the_owner_of_is_held_with_everybodys()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync(keepDays: 90);
        await evidence.StoreAsync(AuditRig.Session("headless", at: Sunday.AddDays(-3))[1..]);
        foreach (var scope in new[] { "principal", "target" })
        {
            var hold = await evidence.Holds.PlaceAsync(scope, "somebody", "case 7", "bea", CancellationToken.None);
            (await evidence.DropDueAsync()).ShouldBeEmpty(scope);
            await evidence.ReleaseAsync(hold.Id);
        }

        (await evidence.DropDueAsync()).ShouldBe(["events_2024w09"]);
    }

    [Fact]
    public async Task The_database_itself_refuses_what_is_young_held_or_not_buried()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync(keepDays: 90);
        await evidence.StoreAsync(AuditRig.Session("s", at: Sunday.AddDays(-3)));
        await evidence.StoreAsync(AuditRig.Session("young", at: TimeProvider.System.GetUtcNow()));
        var young = await evidence.ScalarAsync<string>("SELECT name FROM audit.partitions ORDER BY first DESC LIMIT 1");
        (await RefusedAsync(young)).ShouldEndWith("is younger than the retention");
        (await RefusedAsync("events_2024w09")).ShouldContain("has no signed tombstone for its 6 events");
        // A tombstone that no leaf of the signed log bears out.
        await evidence.SealAsync();
        await evidence.ExecuteAsync("INSERT INTO audit.tombstones VALUES ('events_2024w09', 0, 6, 1, now())");
        (await RefusedAsync("events_2024w09")).ShouldContain("has no signed tombstone");
        (await RefusedAsync("events_1999w01")).ShouldBe("there is no partition events_1999w01");
        (await RefusedAsync("retention")).ShouldBe("there is no partition retention");
        (await evidence.ScalarAsync<long>("SELECT sum(events)::bigint FROM audit.events_2024w09")).ShouldBe(6);

        async Task<string> RefusedAsync(string partition)
        {
            await using var connection = await evidence.Database.OpenAsync(CancellationToken.None);
            return (await Should.ThrowAsync<PostgresException>(() => PartitionTable.DropAsync(connection, partition, CancellationToken.None))).MessageText;
        }
    }

    [Fact]
    public async Task A_clock_that_went_back_over_the_end_of_a_week_leaves_evidence_that_verifies()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync(keepDays: 90);
        var chain = new SessionChain("s");
        await evidence.StoreAsync([.. new[] { 0, 60, 0, 0, 60, 60 }.Select((seconds, i) => chain.Append("k", $$"""{"n":{{i}}}""", Sunday.AddSeconds(seconds)))]);
        await evidence.StoreAsync(AuditRig.Session("held", at: Sunday.AddMinutes(5)));
        await evidence.Holds.PlaceAsync("session", "held", "case 7", "bea", CancellationToken.None);
        await evidence.DropDueAsync();

        var result = await evidence.VerifyAsync("s");
        result.Ok.ShouldBeTrue(result.Message);
        result.Dropped.Select(r => (r.First, r.Last)).ShouldBe([(0, 0), (2, 3)]);
    }

    private static IEnumerable<JournalEvent> MoreOf(string session, List<JournalEvent> events) =>
        [new SessionChain(session, events.Count, events[^1].Hash).Append("k", "{}", events[^1].At)];

    private static Task AsAttackerAsync(EvidenceDatabase evidence, string partition, string sql) =>
        evidence.ExecuteAsync($"ALTER TABLE ONLY audit.event_chunks DISABLE TRIGGER ALL; ALTER TABLE audit.{partition} DISABLE TRIGGER ALL; {sql}");
}
