namespace Hoop.Audit.Storage;

/// <summary>
/// Events, many to a row: a stretch of one session's chain, its fields side by side in arrays, so that a busy session costs a row for each batch and not
/// for each event. The view <c>events</c> shows them one by one. Rows are in one partition per week of the events' own time (ISO weeks, UTC; no row reaches
/// from one week into the next): few enough that a look-up over ten years plans fast, small enough that retention is exact to a week. A session's events lie
/// between its head's <c>first_at</c> and <c>last_at</c>: a query that says so looks at its partitions alone.
/// </summary>
internal static class EventsSchema
{
    /// <summary>A database from before events shared rows keeps them: they move. So do those from before there were partitions, whose hashes were text.</summary>
    public const string Before = """
        DO $$ DECLARE
            old "char" := (SELECT relkind FROM pg_class WHERE oid = to_regclass('audit.events'));
            partition text;
        BEGIN
            IF old IS NULL OR old = 'v' THEN RETURN; END IF;
            IF old = 'r' THEN
                ALTER TABLE audit.events ALTER COLUMN previous_hash TYPE bytea USING decode(previous_hash, 'hex'), ALTER COLUMN hash TYPE bytea USING decode(hash, 'hex');
            END IF;
            ALTER TABLE audit.events RENAME TO events_by_row;
            FOR partition IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'audit.events_by_row'::regclass LOOP
                EXECUTE format('ALTER TABLE audit.%I RENAME TO %I', partition, 'old_' || partition);
            END LOOP;
            IF to_regclass('audit.statements') IS NOT NULL THEN
                ALTER TABLE audit.statements RENAME TO statements_by_row;
                FOR partition IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'audit.statements_by_row'::regclass LOOP
                    EXECUTE format('ALTER TABLE audit.%I RENAME TO %I', partition, 'old_' || partition);
                END LOOP;
            END IF;
            CREATE TABLE audit.weeks_by_row (first timestamptz);
            IF to_regclass('audit.partitions') IS NOT NULL THEN
                INSERT INTO audit.weeks_by_row SELECT first FROM audit.partitions;
                DELETE FROM audit.partitions;
            END IF;
        END $$;
        """;

    public static string Tables { get; } = $"""
        CREATE TABLE IF NOT EXISTS audit.event_chunks (
            session_id    text          COLLATE "C" NOT NULL,
            sequence      bigint        NOT NULL CHECK (sequence >= 0),
            at            timestamptz   NOT NULL,
            events        int           NOT NULL,
            times         timestamptz[] NOT NULL,
            kinds         text[]        NOT NULL,
            payloads      text[]        NOT NULL,
            previous_hash bytea         NOT NULL,
            hashes        bytea         NOT NULL,
            ingress       text          NOT NULL,
            recorded_at   timestamptz   NOT NULL DEFAULT now(),
            PRIMARY KEY (session_id, sequence, at),
            CONSTRAINT event_chunks_are_whole CHECK ({EventChunk.IsWhole})
        ) PARTITION BY RANGE (at);
        -- Compressed and beside each other while they fit a page: a value that is stored elsewhere costs rows of its own.
        ALTER TABLE audit.event_chunks ALTER COLUMN payloads SET STORAGE MAIN, ALTER COLUMN kinds SET STORAGE MAIN, ALTER COLUMN times SET STORAGE MAIN, ALTER COLUMN hashes SET STORAGE MAIN;
        -- The faster compression, where the server was built with it.
        DO $$ BEGIN ALTER TABLE audit.event_chunks ALTER COLUMN payloads SET COMPRESSION lz4, ALTER COLUMN kinds SET COMPRESSION lz4, ALTER COLUMN times SET COMPRESSION lz4, ALTER COLUMN hashes SET COMPRESSION lz4;
        EXCEPTION WHEN feature_not_supported THEN NULL; END $$;
        -- Earlier versions let lists pass that nobody can read. NOT VALID: rows that are there already are the check's to name, not a reason not to start.
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'audit.event_chunks'::regclass AND conname = 'event_chunks_are_whole' AND pg_get_constraintdef(oid) NOT LIKE '%array_dims%') THEN
                ALTER TABLE audit.event_chunks DROP CONSTRAINT event_chunks_are_whole;
                ALTER TABLE audit.event_chunks ADD CONSTRAINT event_chunks_are_whole CHECK ({EventChunk.IsWhole}) NOT VALID;
            END IF;
        END $$;
        CREATE OR REPLACE VIEW audit.events AS
            SELECT c.session_id, c.sequence + e.n - 1 AS sequence, e.at, e.kind, e.payload,
                CASE e.n WHEN 1 THEN c.previous_hash ELSE substr(c.hashes, (e.n::int - 2) * 32 + 1, 32) END AS previous_hash,
                substr(c.hashes, (e.n::int - 1) * 32 + 1, 32) AS hash, c.ingress, c.recorded_at
            FROM audit.event_chunks c, unnest(c.times, c.kinds, c.payloads) WITH ORDINALITY AS e (at, kind, payload, n);
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
            EXECUTE format('CREATE TABLE audit.%I (LIKE audit.event_chunks INCLUDING ALL)', partition);
            EXECUTE format('ALTER TABLE audit.event_chunks ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)', partition, week, week + interval '7 days');
            EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.%I FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', partition);
            EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER append_only', partition);
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON audit.%I FROM CURRENT_USER', partition);
            INSERT INTO audit.partitions VALUES (partition, week, week + interval '7 days');
            RETURN partition;
        END $$;
        """;

    /// <summary>Rows of 32 events, fewer where a sequence is missing, a minute ends or the events are long: as they would be stored today.</summary>
    public static string After { get; } = $"""
        DO $$ BEGIN
            IF to_regclass('audit.events_by_row') IS NULL THEN RETURN; END IF;
            PERFORM audit.ensure_events_partition(week), audit.ensure_record_partitions(week)
            FROM (SELECT date_trunc('week', at, 'UTC') AS week FROM audit.events_by_row UNION SELECT first FROM audit.weeks_by_row) AS weeks;
            DROP TABLE audit.weeks_by_row;
            INSERT INTO audit.event_chunks (session_id, sequence, at, events, times, kinds, payloads, previous_hash, hashes, ingress, recorded_at)
            SELECT session_id, min(sequence), (array_agg(at ORDER BY sequence))[1], count(*), array_agg(at ORDER BY sequence), array_agg(kind ORDER BY sequence),
                array_agg(payload ORDER BY sequence), (array_agg(previous_hash ORDER BY sequence))[1], string_agg(hash, NULL ORDER BY sequence), min(ingress), min(recorded_at)
            FROM (
                SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY session_id ORDER BY sequence) AS chunk FROM (
                    SELECT *, sequence % 32 = 0 OR length(payload) > 500 OR sequence - 1 IS DISTINCT FROM lag(sequence) OVER w OR at < lag(at) OVER w
                        OR date_trunc('minute', at) <> lag(date_trunc('minute', at)) OVER w OR previous_hash <> lag(hash) OVER w OR ingress <> lag(ingress) OVER w AS begins
                    FROM audit.events_by_row WINDOW w AS (PARTITION BY session_id ORDER BY sequence)) e) e
            GROUP BY session_id, chunk;
            DROP TABLE audit.events_by_row;
        END $$;
        INSERT INTO audit.heads (session_id, first_at, last_at, events, last_sequence, sequence, hash, to_log)
        SELECT e.session_id, min(e.at), max(e.at), count(*), max(e.sequence), -1, decode(repeat('0', 64), 'hex'), true
        FROM audit.events e WHERE NOT EXISTS (SELECT FROM audit.heads) GROUP BY e.session_id;
        """;
}
