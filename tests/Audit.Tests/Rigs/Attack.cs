namespace Hoop.Audit.Tests.Rigs;

/// <summary>What somebody could do to stored events who may do anything, as SQL.</summary>
internal static class Attack
{
    /// <summary>Takes all rows of events apart, one event each, in a table <c>single</c> with the columns of <c>audit.events</c>, lets <paramref name="sql"/> work on that, and puts them back.</summary>
    public static string OnSingles(string sql) => $"""
        CREATE TEMP TABLE single AS SELECT * FROM audit.events;
        {sql};
        DELETE FROM audit.event_chunks;
        INSERT INTO audit.event_chunks (session_id, sequence, at, events, times, kinds, payloads, previous_hash, hashes, ingress, recorded_at)
        SELECT session_id, sequence, at, 1, ARRAY[at], ARRAY[kind], ARRAY[payload], previous_hash, hash, ingress, recorded_at FROM single;
        DROP TABLE single
        """;

    /// <summary>As one who may do anything, and does.</summary>
    public static string Unhindered(string sql) => $"""
        DO $$ DECLARE t regclass; BEGIN
            FOR t IN SELECT tgrelid::regclass FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal AND relnamespace = 'audit'::regnamespace LOOP
                EXECUTE format('ALTER TABLE ONLY %s DISABLE TRIGGER USER', t);
            END LOOP;
        END $$;
        {sql}
        """;

    public static string Remove(string session, string which) => OnSingles($"DELETE FROM single WHERE session_id = '{session}' AND {which}");
}
