namespace Hoop.Audit.Storage;

/// <summary>
/// Events, in one partition per week of the event's own time (ISO weeks, UTC): few enough that a look-up over ten years plans fast, small
/// enough that retention is exact to a week. A session's events lie between its head's <c>first_at</c> and <c>last_at</c>: a query that
/// says so looks at its partitions alone.
/// </summary>
internal static class EventsSchema
{
    /// <summary>A database from before there were partitions keeps its events: they move.</summary>
    public const string Before = """
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('audit.events') AND relkind = 'r') THEN
                ALTER TABLE audit.events RENAME TO events_unpartitioned;
                ALTER TABLE audit.events_unpartitioned RENAME CONSTRAINT events_pkey TO events_unpartitioned_pkey;
            END IF;
        END $$;
        """;

    public const string Tables = """
        CREATE TABLE IF NOT EXISTS audit.events (
            session_id    text        COLLATE "C" NOT NULL,
            sequence      bigint      NOT NULL CHECK (sequence >= 0),
            at            timestamptz NOT NULL,
            kind          text        NOT NULL,
            payload       text        NOT NULL,
            previous_hash bytea       NOT NULL,
            hash          bytea       NOT NULL,
            ingress       text        NOT NULL,
            recorded_at   timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (session_id, sequence, at)
        ) PARTITION BY RANGE (at);
        CREATE TABLE IF NOT EXISTS audit.partitions (
            name  text        PRIMARY KEY,
            first timestamptz NOT NULL,
            until timestamptz NOT NULL
        );
        CREATE TABLE IF NOT EXISTS audit.tampering (
            session_id    text        NOT NULL,
            sequence      bigint      NOT NULL,
            hash          text        NOT NULL,
            reason        text        NOT NULL,
            event         text        NOT NULL,
            ingress       text        NOT NULL,
            found_at      timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (session_id, sequence, hash, reason)
        );
        CREATE TABLE IF NOT EXISTS audit.admin_actions (id uuid PRIMARY KEY);
        CREATE TABLE IF NOT EXISTS audit.heads (
            session_id    text        COLLATE "C" PRIMARY KEY,
            first_at      timestamptz NOT NULL,
            last_at       timestamptz NOT NULL,
            events        bigint      NOT NULL,
            last_sequence bigint      NOT NULL,
            sequence      bigint      NOT NULL,
            hash          bytea       NOT NULL,
            to_log        boolean     NOT NULL,
            logged        bigint      NOT NULL DEFAULT -1
        ) WITH (fillfactor = 80);
        CREATE INDEX IF NOT EXISTS heads_to_log ON audit.heads (session_id) WHERE to_log;
        CREATE TABLE IF NOT EXISTS audit.sessions (
            id             text        PRIMARY KEY,
            ingress        text        NOT NULL,
            principal_id   text,
            principal_name text,
            principal_kind text,
            target         text,
            protocol       text,
            policy_version bigint,
            started_at     timestamptz,
            ended_at       timestamptz,
            cause          text,
            last_at        timestamptz NOT NULL,
            events         bigint      NOT NULL,
            last_sequence  bigint      NOT NULL,
            operations     bigint      NOT NULL,
            held           bigint      NOT NULL,
            blocked        bigint      NOT NULL
        );
        CREATE INDEX IF NOT EXISTS sessions_newest ON audit.sessions ((coalesce(started_at, last_at)) DESC);
        CREATE INDEX IF NOT EXISTS sessions_of_principal ON audit.sessions (principal_id, (coalesce(started_at, last_at)) DESC);

        -- The service may have a partition made and can do nothing to it. Attached, not created in place: that would wait for all readers.
        CREATE OR REPLACE FUNCTION audit.ensure_events_partition(moment timestamptz) RETURNS text
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
        DECLARE
            week timestamptz := date_trunc('week', moment);
            partition text := 'events_' || to_char(week, 'IYYY"w"IW');
        BEGIN
            IF EXISTS (SELECT FROM audit.partitions WHERE name = partition) THEN RETURN partition; END IF;
            PERFORM pg_advisory_xact_lock(hashtextextended('audit.events_partition', 5001));
            IF EXISTS (SELECT FROM audit.partitions WHERE name = partition) THEN RETURN partition; END IF;
            EXECUTE format('CREATE TABLE audit.%I (LIKE audit.events INCLUDING ALL)', partition);
            EXECUTE format('ALTER TABLE audit.events ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)', partition, week, week + interval '7 days');
            EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.%I FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', partition);
            EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER append_only', partition);
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON audit.%I FROM CURRENT_USER', partition);
            INSERT INTO audit.partitions VALUES (partition, week, week + interval '7 days');
            RETURN partition;
        END $$;
        """;

    public const string After = """
        DO $$ BEGIN
            IF to_regclass('audit.events_unpartitioned') IS NULL THEN RETURN; END IF;
            PERFORM audit.ensure_events_partition(week) FROM (SELECT DISTINCT date_trunc('week', at, 'UTC') AS week FROM audit.events_unpartitioned) AS weeks;
            INSERT INTO audit.events SELECT session_id, sequence, at, kind, payload, decode(previous_hash, 'hex'), decode(hash, 'hex'), ingress, recorded_at
            FROM audit.events_unpartitioned;
            DROP TABLE audit.events_unpartitioned;
        END $$;
        INSERT INTO audit.heads (session_id, first_at, last_at, events, last_sequence, sequence, hash, to_log)
        SELECT e.session_id, min(e.at), max(e.at), count(*), max(e.sequence), -1, decode(repeat('0', 64), 'hex'), true
        FROM audit.events e WHERE NOT EXISTS (SELECT FROM audit.heads) GROUP BY e.session_id;
        """;
}
