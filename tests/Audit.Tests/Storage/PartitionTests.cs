using Hoop.Audit.Storage;
using Hoop.Audit.Tests.Ingest;
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
        (await rig.ScalarAsync<string>($"SELECT string_agg(DISTINCT tableoid::regclass::text, ' ' ORDER BY tableoid::regclass::text) FROM audit.events WHERE session_id = '{events[0].SessionId}'"))
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

        var plan = await rig.ScalarAsync<string[]>($"""
            SELECT array_agg(line) FROM pg_temp.audit_test_explain('SELECT e.hash FROM audit.events e, (SELECT first_at, last_at FROM audit.heads WHERE session_id = ''{id}'') h
                WHERE e.session_id = ''{id}'' AND e.at BETWEEN h.first_at AND h.last_at') AS line
            """, Explain);
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
        var verdict = await store.StoreAsync("i1", events, CancellationToken.None);

        verdict.Accepted.ShouldBe(events[4..]);
        await using var connection = await prepared.OpenAsync(CancellationToken.None);
        await using var head = new NpgsqlCommand("SELECT sequence || ' ' || encode(hash, 'hex') FROM audit.heads WHERE session_id = 'old'", connection);
        (await head.ExecuteScalarAsync()).ShouldBe($"5 {events[5].Hash}");
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
