using System.Diagnostics;
using System.Globalization;
using Hoop.Audit.Search;
using Hoop.Audit.Storage;
using Hoop.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Search;

/// <summary>
/// Search in a large log: 200,000 events, or 10 million with <c>HOOP_TEST_LONG=1</c>, or as many as <c>HOOP_SEARCH_EVENTS</c> says, on half a year.
/// Half of the events are decisions; principals, tables and words are as unevenly frequent as they are in life.
/// </summary>
public sealed class SearchSpeedTests(ITestOutputHelper output)
{
    private const int Weeks = 26, Rounds = 20;

    private static readonly long Events = long.TryParse(Environment.GetEnvironmentVariable("HOOP_SEARCH_EVENTS"), NumberStyles.None, null, out var count)
        ? count : Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1" ? 10_000_000 : 200_000;

    private static readonly DateTimeOffset First = DateTimeOffset.Parse("2026-01-05T00:00:00Z");

    [Fact]
    public async Task Every_kind_of_search_is_answered_at_once_and_no_table_is_read_through()
    {
        var server = await PostgresServer.SharedAsync();
        var name = await server.CreateDatabaseAsync();
        try
        {
            var connectionString = server.ConnectionString(name) + ";Command Timeout=0";
            await using var database = await PrepareAsync(connectionString);
            var clock = Stopwatch.StartNew();
            await FillAsync(connectionString);
            output.WriteLine($"{Events} events in {clock.Elapsed.TotalSeconds:0} s; {await ScalarAsync(connectionString, "SELECT pg_size_pretty(pg_database_size(current_database()))")}");
            await PlansAsync(connectionString);
            await MeasureAsync(new StatementSearch(database));
        }
        finally
        {
            await server.DropDatabaseAsync(name);
        }
    }

    private static async Task<AuditDatabase> PrepareAsync(string connectionString)
    {
        var database = new AuditDatabase(
            new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:auditdb", connectionString + ";Pooling=true")]).Build(), TimeProvider.System, NullLogger<AuditDatabase>.Instance);
        await database.StartAsync(CancellationToken.None);
        return database;
    }

    private static async Task FillAsync(string connectionString)
    {
        for (var week = 0; week < Weeks; week++)
            await ExecuteAsync(connectionString, $"SELECT audit.ensure_events_partition('{First.AddDays(7 * week):O}'), audit.ensure_record_partitions('{First.AddDays(7 * week):O}')");
        // A large index is made faster than it grows.
        await ExecuteAsync(connectionString, "DROP INDEX audit.statement_groups_tags; DROP INDEX audit.statement_groups_newest");
        // Sessions of 25 statements, one every second: every other one an agent's, whose statements come one by one, the rest a program's, which come together.
        var perWeek = Events / 2 / Weeks / 25 * 25;
        for (var week = 0; week < Weeks; week++)
            await ExecuteAsync(connectionString, $$"""
                BEGIN;
                SET LOCAL synchronous_commit = off; SET LOCAL work_mem = '400MB';
                CREATE TEMP TABLE d ON COMMIT DROP AS SELECT *, verb || ' id, status from ' || tab || ' where id = $1 and note = ''n' || i || '''' AS text
                FROM (SELECT i, i / 25 AS s, i % 25 AS k, CASE i / 25 % 2 WHEN 0 THEN i % 25 * 2 ELSE 0 END AS chunk,
                        timestamptz '{{First.AddDays(7 * week):O}}' + (i - {{week * perWeek}}) / 25 * (interval '6 days' / {{perWeek / 25}}) + i % 25 * interval '1 second' AS at,
                        'agent-' || floor(200 * power(h1, 3)) AS who, 'target-' || floor(8 * h2) AS target, 'table_' || floor(2000 * power(h3, 4)) AS tab,
                        CASE WHEN h4 < 0.9 THEN 'select' WHEN h4 < 0.97 THEN 'update' WHEN h4 < 0.9995 THEN 'insert' ELSE 'delete' END AS verb,
                        CASE WHEN h5 < 0.97 THEN 'allow' WHEN h5 < 0.999 THEN 'hold' ELSE 'block' END AS outcome
                      FROM (SELECT i, first_value(h1) OVER w AS h1, first_value(h2) OVER w AS h2, h3, h4, h5
                            FROM (SELECT i, random() AS h1, random() AS h2, random() AS h3, random() AS h4, random() AS h5 FROM generate_series({{week * perWeek}}, {{((week + 1) * perWeek) - 1}}) i) r
                            WINDOW w AS (PARTITION BY i / 25)) r) s;
                INSERT INTO audit.event_chunks (session_id, sequence, at, events, times, kinds, payloads, previous_hash, hashes, ingress)
                SELECT 's' || s, chunk, min(at), count(*), array_agg(at ORDER BY n), array_agg(kind ORDER BY n), array_agg(payload ORDER BY n), decode(repeat('00', 32), 'hex'), string_agg(sha256(n::text::bytea), NULL), 'i1'
                FROM (SELECT s, chunk, at, k * 2 AS n, 'operation.decided' AS kind, '{"operation":' || k || ',"outcome":"' || outcome || '","text":' || to_json(text) || ',"bindValues":[],"verbs":["' || verb
                        || '"],"objects":["public.' || tab || '"],"effects":["read"],"fingerprint":"' || md5(verb || tab) || '","rules":["rule-' || verb || '"],"why":"","policyVersion":7}' AS payload FROM d
                      UNION ALL SELECT s, chunk, at, k * 2 + 1, 'operation.completed', '{"operation":' || k || ',"succeeded":true,"status":"SELECT 1","rows":1,"bytes":120,"durationMs":1.2}' FROM d) e
                GROUP BY s, chunk;
                INSERT INTO audit.statement_groups (session_id, sequence, at, chunk, sequences, held, approvers, resolution, tags)
                SELECT 's' || s, min(k) * 2, max(at), chunk, array_agg(k * 2 ORDER BY k), CASE outcome WHEN 'hold' THEN min(k) END, CASE outcome WHEN 'hold' THEN ARRAY['bea'] ELSE '{}' END,
                    CASE outcome WHEN 'hold' THEN 'approved' END,
                    ARRAY['p:https://id|' || who, 'p:' || who, 't:' || target, 'd:' || outcome, 'v:' || verb, 'o:public.' || tab, 'e:read', 'r:rule-' || verb,
                          'w:' || verb, 'w:id', 'w:status', 'w:from', 'w:' || tab, 'w:where', 'w:and', 'w:note', 'w:1'] || array_agg('w:n' || i) || CASE WHEN outcome = 'hold' THEN ARRAY['a:bea', 'd:approved'] ELSE '{}' END
                FROM d GROUP BY s, chunk, who, target, outcome, verb, tab, CASE outcome WHEN 'hold' THEN k END;
                COMMIT;
                """);
        await ExecuteAsync(connectionString, """
            SET maintenance_work_mem = '512MB';
            CREATE INDEX statement_groups_newest ON audit.statement_groups (at DESC, session_id DESC, sequence DESC);
            CREATE INDEX statement_groups_tags ON audit.statement_groups USING gin (tags);
            ANALYZE audit.statement_groups; ANALYZE audit.event_chunks;
            """);
    }

    private async Task MeasureAsync(StatementSearch search)
    {
        var (random, all) = (new Random(11), new List<double>());
        foreach (var (name, tags) in Searches(random))
        {
            var times = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                var from = round % 3 == 0 ? First.AddDays(random.Next(Weeks * 7)) : (DateTimeOffset?)null;
                var clock = Stopwatch.GetTimestamp();
                var page = await search.FindAsync(tags(), from, from?.AddDays(30), null, 50, CancellationToken.None);
                if (page.Cursor is { } cursor) await search.FindAsync(tags(), from, from?.AddDays(30), SearchCursor.TryParse(cursor), 50, CancellationToken.None);
                times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds / (page.Cursor is null ? 1 : 2));
            }

            output.WriteLine($"{name}: p50 {At(times, 0.5):0.0} ms, p95 {At(times, 0.95):0.0} ms");
            all.AddRange(times);
        }

        output.WriteLine($"all: p50 {At(all, 0.5):0.0} ms, p95 {At(all, 0.95):0.0} ms, longest {all.Max():0.0} ms");
        At(all, 0.95).ShouldBeLessThan(300);
    }

    private static IEnumerable<(string Name, Func<string[]> Tags)> Searches(Random random)
    {
        yield return ("newest", () => []);
        yield return ("frequent principal", () => ["p:agent-0"]);
        yield return ("rare principal", () => [$"p:agent-{150 + random.Next(50)}"]);
        yield return ("unknown principal", () => ["p:nobody"]);
        yield return ("target", () => [$"t:target-{random.Next(8)}"]);
        yield return ("frequent table", () => ["o:public.table_0"]);
        yield return ("rare table", () => [$"o:public.table_{1000 + random.Next(1000)}"]);
        yield return ("frequent verb", () => ["v:select"]);
        yield return ("rare verb", () => ["v:delete"]);
        yield return ("blocked", () => ["d:block"]);
        yield return ("approver", () => ["a:bea"]);
        yield return ("one word in millions", () => [$"w:n{random.NextInt64(Events / 2)}"]);
        yield return ("frequent words", () => ["w:status", "w:from", "w:table_0"]);
        yield return ("principal and table and verb", () => [$"p:agent-{random.Next(50)}", $"o:public.table_{random.Next(200)}", "v:update"]);
        yield return ("two frequent that never meet", () => ["v:insert", "w:select"]);
        yield return ("held on a target by one", () => ["d:hold", $"t:target-{random.Next(8)}", $"p:agent-{random.Next(20)}"]);
    }

    private static async Task PlansAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        foreach (var (settings, sql, look) in new[] { (StatementSearch.ByTags, StatementSearch.Hits, "tags"), (StatementSearch.ByTime, StatementSearch.Walk, "Index Scan"), (StatementSearch.ByTime, StatementSearch.Newest, "Index Only Scan") })
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var plan = new NpgsqlCommand(settings, connection)) await plan.ExecuteNonQueryAsync();
            await using var explain = new NpgsqlCommand("EXPLAIN " + sql, connection)
            {
                Parameters = { new() { Value = First.AddDays(70) }, new() { Value = First.AddDays(77).AddMicroseconds(-1) }, new() { Value = First.AddDays(365) }, new() { Value = "" }, new() { Value = 0L } },
            };
            if (sql.Contains("$6", StringComparison.Ordinal)) explain.Parameters.Add(new() { Value = (string[])["v:delete", "p:agent-7"] });
            var lines = new List<string>();
            await using (var reader = await explain.ExecuteReaderAsync())
                while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
            var text = string.Join('\n', lines);
            text.ShouldNotContain("Seq Scan");
            text.ShouldContain(look);
            // One week is looked at, not all.
            System.Text.RegularExpressions.Regex.Matches(text, "statements_2026w[0-9]+").Select(m => m.Value).Distinct().Count().ShouldBe(1);
        }
    }

    private static double At(List<double> times, double part) => times.Order().ElementAt((int)((times.Count - 1) * part));

    private static async Task ExecuteAsync(string connectionString, string sql) => await ScalarAsync(connectionString, sql);

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
