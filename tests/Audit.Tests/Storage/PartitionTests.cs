using Hoop.Audit.Chain;
using Hoop.Audit.Search;
using Hoop.Audit.Sessions;
using Hoop.Audit.Storage;
using Hoop.Audit.Tests.Ingest;
using Hoop.Contracts.Audit;
using Hoop.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Storage;

public class PartitionTests(AuditRig rig)
{
    [Fact]
    public async Task Events_go_to_the_week_of_their_own_time()
    {
        var events = AuditRig.Session(AuditRig.NewId(), at: DateTimeOffset.Parse("2031-03-02T23:59:30Z"));
        await rig.StoreAsync(events);

        // The last event, a minute later, is in the ISO week that begins on the Monday.
        (await rig.ScalarAsync<string>($"SELECT string_agg(DISTINCT tableoid::regclass::text, ' ' ORDER BY tableoid::regclass::text) FROM audit.event_chunks WHERE session_id = '{events[0].SessionId}'"))
            .ShouldBe("audit.events_2031w09 audit.events_2031w10");
        (await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{events[0].SessionId}")).GetProperty("events").GetArrayLength().ShouldBe(6);
    }

    [Fact]
    public async Task One_session_is_read_from_its_own_partitions_alone()
    {
        for (var week = 0; week < 8; week++)
            await rig.StoreAsync(AuditRig.Session(AuditRig.NewId(), at: DateTimeOffset.Parse("2030-01-01T00:00:00Z").AddDays(7 * week)));
        var id = AuditRig.NewId();
        await rig.StoreAsync(AuditRig.Session(id, at: DateTimeOffset.Parse("2030-01-15T00:00:00Z")));

        var query = SessionQueries.Events.Replace("$1", $"'{id}'", StringComparison.Ordinal).Replace("$2", "-1", StringComparison.Ordinal).Replace("$3", "NULL::bigint", StringComparison.Ordinal);
        var plan = await rig.ScalarAsync<string[]>($"SELECT array_agg(line) FROM pg_temp.audit_test_explain('{query.Replace("'", "''", StringComparison.Ordinal)}') AS line", Explain);
        plan.Count(line => line.Contains("events_") && !line.Contains("never executed")).ShouldBe(1, string.Join('\n', plan));
    }

    [Fact]
    public async Task A_database_from_before_there_were_partitions_keeps_its_events()
    {
        var postgres = await PostgresServer.SharedAsync();
        var events = AuditRig.Session("old");
        var database = postgres.ConnectionString(await postgres.CreateDatabaseAsync("""
            CREATE SCHEMA audit;
            CREATE TABLE audit.events (session_id text COLLATE "C" NOT NULL, sequence bigint NOT NULL, at timestamptz NOT NULL, kind text NOT NULL, payload text NOT NULL,
                previous_hash text NOT NULL, hash text NOT NULL, ingress text NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (session_id, sequence));
            """ + string.Concat(events.Take(4).Select(e => $"INSERT INTO audit.events VALUES ('old', {e.Sequence}, '{e.At:O}', '{e.Kind}', '{e.Payload.Replace("'", "''")}', '{e.PreviousHash}', '{e.Hash}', 'i1');"))));
        await using var prepared = await PrepareAsync(database);
        var store = RecordEventsTests.StoreOn(prepared);
        var verdict = await store.StoreAsync("i1", AuditRig.Batch(events), CancellationToken.None);

        verdict.Accepted.Single().Events.Select(e => e.ToEvent()).ShouldBe(events[4..]);
        await using var connection = await prepared.OpenAsync(CancellationToken.None);
        await using var head = new NpgsqlCommand("SELECT sequence || ' ' || encode(hash, 'hex') FROM audit.heads WHERE session_id = 'old'", connection);
        (await head.ExecuteScalarAsync()).ShouldBe($"5 {events[5].Hash}");
    }

    [Fact]
    public async Task A_database_whose_events_had_rows_of_their_own_keeps_them_and_what_they_are_found_by()
    {
        var (postgres, chain, at) = (await PostgresServer.SharedAsync(), new SessionChain("old"), DateTimeOffset.Parse("2026-02-01T23:59:00Z"));
        // Over the end of a week, with a clock that went back, a gap and a long event.
        var events = Enumerable.Range(0, 100).Select(i => chain.Append(EventKinds.OperationDecided, $$"""{"operation":{{i}},"outcome":"hold","text":"select {{i}} {{new string('x', i == 50 ? 5000 : 0)}}"}""", at.AddSeconds(i == 70 ? 0 : i))).ToList();
        events.RemoveAt(90);
        var name = await postgres.CreateDatabaseAsync("""
            CREATE SCHEMA audit;
            CREATE TABLE audit.events (session_id text COLLATE "C" NOT NULL, sequence bigint NOT NULL, at timestamptz NOT NULL, kind text NOT NULL, payload text NOT NULL,
                previous_hash bytea NOT NULL, hash bytea NOT NULL, ingress text NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (session_id, sequence, at)) PARTITION BY RANGE (at);
            CREATE TABLE audit.events_2026w05 PARTITION OF audit.events FOR VALUES FROM ('2026-01-26T00:00:00Z') TO ('2026-02-02T00:00:00Z');
            CREATE TABLE audit.events_2026w06 PARTITION OF audit.events FOR VALUES FROM ('2026-02-02T00:00:00Z') TO ('2026-02-09T00:00:00Z');
            CREATE TABLE audit.partitions (name text PRIMARY KEY, first timestamptz NOT NULL, until timestamptz NOT NULL);
            INSERT INTO audit.partitions VALUES ('events_2026w05', '2026-01-26T00:00:00Z', '2026-02-02T00:00:00Z'), ('events_2026w06', '2026-02-02T00:00:00Z', '2026-02-09T00:00:00Z');
            CREATE TABLE audit.statements (session_id text COLLATE "C" NOT NULL, sequence bigint NOT NULL, at timestamptz NOT NULL, operation bigint NOT NULL, outcome text NOT NULL,
                approvers text[] NOT NULL DEFAULT '{}', resolution text, tags text[] NOT NULL, PRIMARY KEY (session_id, sequence, at)) PARTITION BY RANGE (at);
            CREATE TABLE audit.statements_2026w05 PARTITION OF audit.statements FOR VALUES FROM ('2026-01-26T00:00:00Z') TO ('2026-02-02T00:00:00Z');
            CREATE TABLE audit.statements_2026w06 PARTITION OF audit.statements FOR VALUES FROM ('2026-02-02T00:00:00Z') TO ('2026-02-09T00:00:00Z');
            """ + string.Concat(events.Select(e => $"""
            INSERT INTO audit.events VALUES ('old', {e.Sequence}, '{e.At:O}', '{e.Kind}', '{e.Payload}', '\x{e.PreviousHash}', '\x{e.Hash}', 'i1');
            INSERT INTO audit.statements VALUES ('old', {e.Sequence}, '{e.At:O}', {e.Sequence}, 'hold', ARRAY['bea'], 'approved', ARRAY['d:hold', 'd:approved', 'a:bea', 'w:{e.Sequence}']);
            """)));
        await using var prepared = await PrepareAsync(postgres.ConnectionString(name));

        (await new SessionQueries(prepared).EventsAsync("old", -1, null, CancellationToken.None).ToListAsync()).ShouldBe(events);
        (await RecordEventsTests.StoreOn(prepared).StoreAsync("i1", AuditRig.Batch(events), CancellationToken.None)).Accepted.ShouldBeEmpty();
        var search = new StatementSearch(prepared);
        foreach (var sequence in new[] { 0, 50, 60, 70, 71, 99 })
            (await search.FindAsync([$"w:{sequence}", "a:bea"], null, null, null, 10, CancellationToken.None)).Statements.ShouldHaveSingleItem().Sequence.ShouldBe(sequence);
        (await search.FindAsync([], null, null, null, 200, CancellationToken.None)).Statements.Count.ShouldBe(99);
        await using var connection = await prepared.OpenAsync(CancellationToken.None);
        await using var left = new NpgsqlCommand("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind IN ('r', 'p') AND relname ~ 'by_row|^old_|^(event|statement)'", connection);
        (await left.ExecuteScalarAsync()).ShouldBe("event_chunks events_2026w05 events_2026w06 statement_groups statements_2026w05 statements_2026w06");
    }

    [Fact]
    public async Task A_database_whose_rows_could_be_such_that_nobody_reads_them_takes_no_more_of_them()
    {
        var postgres = await PostgresServer.SharedAsync();
        var name = await postgres.CreateDatabaseAsync();
        var events = AuditRig.Session("old");
        await using (var before = await PrepareAsync(postgres.ConnectionString(name)))
            await RecordEventsTests.StoreOn(before).StoreAsync("i1", AuditRig.Batch(events), CancellationToken.None);
        const string Bad = "INSERT INTO audit.event_chunks (session_id, sequence, at, events, times, kinds, payloads, previous_hash, hashes, ingress) SELECT 'bad', 0, at, 1, times[1:1], array[['x']], payloads[1:1], previous_hash, substr(hashes, 1, 32), 'i' FROM audit.event_chunks WHERE sequence = 0 LIMIT 1;";
        await postgres.ExecuteAsync(name, $"""
            ALTER TABLE audit.event_chunks DROP CONSTRAINT event_chunks_are_whole;
            ALTER TABLE audit.event_chunks ADD CONSTRAINT event_chunks_are_whole CHECK (events BETWEEN 1 AND 64 AND at = times[1] AND cardinality(times) = events AND cardinality(kinds) = events);
            {Bad}
            INSERT INTO audit.schema_version (digest) VALUES ('older');
            """);

        await using var prepared = await PrepareAsync(postgres.ConnectionString(name));
        (await Should.ThrowAsync<PostgresException>(() => postgres.ExecuteAsync(name, Bad.Replace("'bad'", "'worse'")))).SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);
        // Weeks that come later are no exception.
        (await RecordEventsTests.StoreOn(prepared).StoreAsync("i1", AuditRig.Batch(AuditRig.Session("new", at: DateTimeOffset.Parse("2033-01-31T12:00:00Z"))), CancellationToken.None)).Accepted.Single().Events.Count.ShouldBe(6);
    }

    private static async Task<AuditDatabase> PrepareAsync(string connectionString)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:auditdb", connectionString)]).Build();
        var database = new AuditDatabase(configuration, TimeProvider.System, NullLogger<AuditDatabase>.Instance);
        await database.StartAsync(CancellationToken.None);
        return database;
    }

    private const string Explain = """
        CREATE FUNCTION pg_temp.audit_test_explain(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
        BEGIN RETURN QUERY EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ' || statement; END $$
        """;
}
