using System.Globalization;
using Hoop.Audit.Chain;
using Hoop.Audit.Integrity;
using Hoop.Audit.Tests.Rigs;
using Hoop.Contracts.Audit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Integrity;

/// <summary>
/// A superuser takes the triggers away and edits what is stored: the service's own check finds it, and what is exported then does not verify. HOOP_TEST_LONG=1 does it
/// two thousand times; HOOP_TEST_SEED repeats one run.
/// </summary>
public sealed class DatabaseEditTests
{
    private static readonly string[] Tables = ["event_chunks", "heads", "log_entries", "log_nodes", "tree_heads"];
    private static readonly int Rounds = Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1" ? 2_000 : 64;
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("HOOP_TEST_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 9162;

    [Fact]
    public async Task Any_edit_of_the_database_is_found()
    {
        await using var evidence = await StoredAsync();
        (await CheckAsync(evidence)).Problems.ShouldBeEmpty();
        await evidence.ExecuteAsync("CREATE SCHEMA kept; " + string.Concat(Tables.Append("events").Select(t => $"CREATE TABLE kept.{t} AS SELECT * FROM audit.{t};")));
        for (var round = 0; round < Rounds; round++)
        {
            var random = new Random(Seed + round);
            var (sql, session) = Edit(round, random);
            await AsAttackerAsync(evidence, sql);
            // One that hit no row, a sequence that is not there or a hash swapped with its equal, is none.
            if (!await UnchangedAsync(evidence))
            {
                (await CheckAsync(evidence)).Ok.ShouldBeFalse($"seed {Seed + round}: {sql}");
                if (session is not null)
                    (await evidence.VerifyAsync(session)).Ok.ShouldBeFalse($"seed {Seed + round}: the export does not show {sql}");
            }

            await AsAttackerAsync(evidence, string.Concat(Tables.Select(t => $"DELETE FROM audit.{t}; INSERT INTO audit.{t} SELECT * FROM kept.{t};")));
        }

        (await CheckAsync(evidence)).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_that_is_gone_without_a_tombstone_is_missed_and_one_from_nowhere_is_noticed()
    {
        await using var evidence = await StoredAsync();
        await AsAttackerAsync(evidence, "DELETE FROM audit.event_chunks WHERE session_id = 's1'; DELETE FROM audit.heads WHERE session_id = 's1'; DELETE FROM audit.sessions WHERE id = 's1'");
        await AsAttackerAsync(evidence, Attack.OnSingles("INSERT INTO single SELECT 'foreign', sequence, at, kind, payload, previous_hash, hash, ingress, recorded_at FROM single WHERE session_id = 's2'"));

        var report = await CheckAsync(evidence);
        report.Problems.ShouldContain(p => p.Session == "s1" && p.Message == "events 0 to 1 were removed from the end: the log has the session up to event 1");
        report.Problems.ShouldContain(p => p.Session == "foreign");
    }

    [Theory]
    [InlineData("at = at + interval '1 second'")]
    [InlineData("events = events + 1")]
    [InlineData("events = 0")]
    [InlineData("payloads = payloads[1:1]")]
    [InlineData("kinds = '{}'")]
    [InlineData("hashes = substr(hashes, 1, 33)")]
    [InlineData("previous_hash = ''")]
    [InlineData("kinds = array[['x']]")]
    [InlineData("kinds = '[0:0]={x}'")]
    [InlineData("payloads = array[[null]]::text[][]")]
    [InlineData("times = array[null]::timestamptz[]")]
    [InlineData("times = array['20000-01-01']::timestamptz[]")]
    public async Task A_row_that_does_not_say_what_is_in_it_is_noticed(string change)
    {
        await using var evidence = await StoredAsync();
        await AsAttackerAsync(evidence, "ALTER TABLE audit.event_chunks DROP CONSTRAINT event_chunks_are_whole");
        await AsAttackerAsync(evidence, $"UPDATE audit.event_chunks SET {change} WHERE session_id = 's3' AND sequence = 0");

        await AsAttackerAsync(evidence, "UPDATE audit.event_chunks SET payloads[1] = '{}' WHERE session_id = 's5' AND sequence = 0");
        var report = await CheckAsync(evidence);
        report.Problems.ShouldContain(p => p.Session == "s3" && p.Sequence == 0 && p.Message.StartsWith("the row that begins with event 0 can not be read"));
        report.Problems.ShouldContain(p => p.Session == "s5" && p.Message.Contains("was changed"), "one row hides none of the others");
        report.Stopped.ShouldBeNull();
    }

    [Theory]
    [InlineData("UPDATE audit.heads SET last_at = '20000-01-01' WHERE session_id = 's3'", "its head can not be read")]
    [InlineData("UPDATE audit.tree_heads SET at = '20000-01-01' WHERE size = (SELECT min(size) FROM audit.tree_heads)", "the tree head of 1 entries can not be read")]
    public async Task What_nobody_can_read_is_named(string sql, string says)
    {
        await using var evidence = await StoredAsync();
        await AsAttackerAsync(evidence, sql);

        (await CheckAsync(evidence)).ShouldSatisfyAllConditions(r => r.Problems.ShouldContain(p => p.Message.StartsWith(says)), r => r.Stopped.ShouldBeNull(), r => r.Sessions.ShouldBe(8));
    }

    [Fact]
    public async Task A_check_that_can_not_be_finished_is_a_problem_and_degrades_the_health()
    {
        await using var evidence = await StoredAsync();
        var keeper = new IntegrityKeeper(new DatabaseCheck(evidence.Database, evidence.Log, evidence.Key, TimeProvider.System), TimeProvider.System, NullLogger<IntegrityKeeper>.Instance);
        var health = new IntegrityHealth(keeper);
        await keeper.CheckAsync(progress: null, CancellationToken.None);
        (await health.CheckHealthAsync(new HealthCheckContext())).Status.ShouldBe(HealthStatus.Healthy);
        await evidence.ExecuteAsync("ALTER TABLE audit.heads RENAME TO heads_away");

        (await keeper.CheckAsync(progress: null, CancellationToken.None)).Ok.ShouldBeFalse();
        var result = await health.CheckHealthAsync(new HealthCheckContext());
        result.Status.ShouldBe(HealthStatus.Degraded);
        result.Description!.ShouldContain("could not be checked");
        result.Description!.ShouldContain("audit.heads");
        await evidence.ExecuteAsync("ALTER TABLE audit.heads_away RENAME TO heads");
        (await keeper.CheckAsync(progress: null, CancellationToken.None)).Ok.ShouldBeTrue();
        (await health.CheckHealthAsync(new HealthCheckContext())).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task What_retention_dropped_and_what_has_not_arrived_is_no_damage()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync(keepDays: 90);
        await evidence.StoreAsync(AuditRig.Session("over", at: DateTimeOffset.Parse("2024-03-03T23:59:30Z")));
        await evidence.StoreAsync(AuditRig.Session("held", at: DateTimeOffset.Parse("2024-03-05T00:00:00Z")));
        var late = AuditRig.Session("late", at: TimeProvider.System.GetUtcNow());
        await evidence.StoreAsync([.. late[..2], .. late[3..]]);
        await evidence.Holds.PlaceAsync("session", "held", "case 7", "bea", CancellationToken.None);
        (await evidence.DropDueAsync()).ShouldBe(["events_2024w09"]);

        var report = await CheckAsync(evidence);
        report.Problems.ShouldBeEmpty();
        report.Incomplete.ShouldBe(1);
        await evidence.StoreAsync([late[2]]);
        (await CheckAsync(evidence)).ShouldSatisfyAllConditions(r => r.Problems.ShouldBeEmpty(), r => r.Incomplete.ShouldBe(0));
    }

    [Fact]
    public async Task Nothing_stored_is_nothing_changed()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();

        (await CheckAsync(evidence)).Ok.ShouldBeTrue();
    }

    /// <summary>Eight sessions over two weeks, logged as they grew.</summary>
    private static async Task<EvidenceDatabase> StoredAsync()
    {
        var evidence = await EvidenceDatabase.CreateAsync();
        for (var i = 0; i < 8; i++)
        {
            var chain = new SessionChain($"s{i}");
            var events = Enumerable.Range(0, i + 1).Select(n => chain.Append(EventKinds.OperationDecided, $$"""{"operation":{{n}},"text":"select {{i}}"}""", DateTimeOffset.Parse("2026-02-01T23:59:57Z").AddSeconds(n))).ToList();
            await evidence.StoreAsync(events[..^(i / 2)]);
            await evidence.SealAsync();
            await evidence.StoreAsync(events[^(i / 2)..]);
        }

        await evidence.SealAsync();
        return evidence;
    }

    /// <summary>Each kind of edit comes round; where it hits is chance.</summary>
    /// <returns>The statement, and the session whose export must show it; null where it need not.</returns>
    private static (string Sql, string? Session) Edit(int round, Random random)
    {
        var i = random.Next(8);
        var (session, sequence, other, leaf, node) = ($"s{i}", random.Next(i + 1), random.Next(i + 1), random.Next(11), random.Next(18));
        var place = $"session_id = '{session}' AND sequence = {sequence}";
        var (row, n) = ($"session_id = '{session}' AND {sequence} BETWEEN sequence AND sequence + events - 1", $"({sequence} - sequence + 1)::int");
        (string Sql, bool Shown)[] kinds =
        [
            ($"UPDATE audit.event_chunks SET payloads[{n}] = replace(payloads[{n}], 'select', 'delete') WHERE {row}", true),
            ($"UPDATE audit.event_chunks SET kinds[{n}] = 'operation.completed' WHERE {row}", true),
            ($"UPDATE audit.event_chunks SET times[{n}] = times[{n}] + interval '1 microsecond', at = at + CASE {n} WHEN 1 THEN interval '1 microsecond' ELSE '0' END WHERE {row}", true),
            ($"UPDATE audit.event_chunks SET hashes = overlay(hashes PLACING {Other("hashes")} FROM ({n} - 1) * 32 + 1) WHERE {row}", true),
            ($"UPDATE audit.event_chunks SET hashes = overlay(hashes PLACING substr(hashes, 1, 32) FROM ({n} - 1) * 32 + 1) WHERE {row}", true),
            ($"UPDATE audit.event_chunks SET previous_hash = {Other("hashes")} WHERE {row}", true),
            ($"UPDATE audit.event_chunks SET sequence = sequence + 100 WHERE {row}", true),
            ($"UPDATE audit.event_chunks SET session_id = 'another' WHERE {row}", true),
            ($"DELETE FROM audit.event_chunks WHERE {row}", true),
            ($"INSERT INTO audit.event_chunks SELECT session_id, sequence, at - interval '1 microsecond', 1, ARRAY[at - interval '1 microsecond'], kinds[1:1], payloads[1:1], previous_hash, substr(hashes, 1, 32), ingress FROM audit.event_chunks WHERE {row}", false),
            (Attack.OnSingles($"UPDATE single SET payload = replace(payload, 'select', 'delete') WHERE {place}"), true),
            (Attack.OnSingles($"UPDATE single SET kind = 'operation.completed' WHERE {place}"), true),
            (Attack.OnSingles($"UPDATE single SET at = at + interval '1 microsecond' WHERE {place}"), true),
            (Attack.OnSingles($"UPDATE single SET hash = {Other("hash")} WHERE {place}"), true),
            (Attack.OnSingles($"UPDATE single SET previous_hash = hash WHERE {place}"), true),
            (Attack.OnSingles($"UPDATE single SET sequence = sequence + 100 WHERE {place}"), true),
            (Attack.OnSingles($"UPDATE single SET session_id = 'another' WHERE {place}"), true),
            (Attack.Remove(session, $"sequence = {sequence}"), true),
            (Attack.Remove(session, $"sequence >= {sequence}"), true),
            (Attack.OnSingles($"INSERT INTO single SELECT session_id, sequence, at - interval '1 microsecond', kind, payload, previous_hash, hash, ingress, recorded_at FROM single WHERE {place}"), false),
            (Attack.OnSingles($"UPDATE single SET sequence = CASE sequence WHEN {sequence} THEN {other} ELSE {sequence} END WHERE session_id = '{session}' AND sequence IN ({sequence}, {other})"), true),
            ($"UPDATE audit.heads SET sequence = sequence - 1 WHERE session_id = '{session}'", false),
            ($"UPDATE audit.heads SET last_sequence = last_sequence + 1 WHERE session_id = '{session}'", false),
            ($"UPDATE audit.heads SET events = events + 1 WHERE session_id = '{session}'", false),
            ($"UPDATE audit.heads SET hash = {Other("hash")} WHERE session_id = '{session}'", false),
            ($"UPDATE audit.heads SET first_at = first_at + interval '1 second' WHERE session_id = '{session}'", true),
            ($"UPDATE audit.heads SET last_at = last_at - interval '1 second' WHERE session_id = '{session}'", false),   // The export has it all: rows are looked for by their first event.
            ($"UPDATE audit.heads SET last_at = last_at - interval '1 minute' WHERE session_id = '{session}'", true),
            ($"DELETE FROM audit.heads WHERE session_id = '{session}'", true),
            ($"UPDATE audit.log_entries SET entry = replace(entry, 'head', 'Head') WHERE index = {leaf}", false),
            ($"UPDATE audit.log_entries SET entry = replace(entry, '\"sequence\":', '\"sequence\":1') WHERE index = {leaf}", false),
            ($"UPDATE audit.log_entries SET session_id = 'another' WHERE index = {leaf}", false),
            ($"UPDATE audit.log_entries SET sequence = sequence + 1 WHERE index = {leaf}", false),
            ($"DELETE FROM audit.log_entries WHERE index = {leaf}", false),
            ("INSERT INTO audit.log_entries SELECT max(index) + 1, 'another', 0, '{\"entry\":\"head\"}' FROM audit.log_entries", false),
            ($"UPDATE audit.log_entries a SET entry = b.entry FROM audit.log_entries b WHERE a.index = {leaf} AND b.index = {random.Next(11)}", false),
            ($"UPDATE audit.log_nodes SET hash = {Other("hash")} WHERE (level, index) = (SELECT level, index FROM audit.log_nodes ORDER BY level, index OFFSET {node} LIMIT 1)", false),
            ($"DELETE FROM audit.log_nodes WHERE (level, index) = (SELECT level, index FROM audit.log_nodes ORDER BY level, index OFFSET {node} LIMIT 1)", false),
            ("DELETE FROM audit.tree_heads WHERE size = (SELECT max(size) FROM audit.tree_heads)", false),
            ("UPDATE audit.tree_heads SET at = at + interval '1 hour'", false),
            ($"UPDATE audit.tree_heads SET root = {Other("root")}", false),
            ("UPDATE audit.tree_heads SET key = 'another'", false),
            ("INSERT INTO audit.tree_heads SELECT size + 1000, root, at, key, signature FROM audit.tree_heads ORDER BY size LIMIT 1", false),
        ];
        var (sql, shown) = kinds[round % kinds.Length];
        return (sql, shown ? session : null);
    }

    private static string Other(string column) => $"decode(md5({column}::text) || md5({column}::text), 'hex')";

    private static Task<IntegrityReport> CheckAsync(EvidenceDatabase evidence) =>
        new DatabaseCheck(evidence.Database, evidence.Log, evidence.Key, TimeProvider.System).RunAsync(progress: null, CancellationToken.None);

    private static Task<bool> UnchangedAsync(EvidenceDatabase evidence) => evidence.ScalarAsync<bool>(
        "SELECT " + string.Join(" AND ", Tables.Select(t => t == "event_chunks" ? "events" : t).Select(t => $"NOT EXISTS (TABLE audit.{t} EXCEPT TABLE kept.{t}) AND NOT EXISTS (TABLE kept.{t} EXCEPT TABLE audit.{t})")));

    private static Task AsAttackerAsync(EvidenceDatabase evidence, string sql) => evidence.ExecuteAsync(Attack.Unhindered(sql));
}
