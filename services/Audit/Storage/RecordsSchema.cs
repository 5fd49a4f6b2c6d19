namespace Hoop.Audit.Storage;

/// <summary>
/// What goes with the events: recorded rows (<c>contents</c>, append-only), the order in which events came (<c>feed</c>) with the places that
/// its readers have reached, and the index that searches look into (<c>statement_groups</c>). All but the contents follow from the events.
/// </summary>
internal static class RecordsSchema
{
    public const string Tables = """
        CREATE TABLE IF NOT EXISTS audit.contents (
            session_id text        COLLATE "C" NOT NULL,
            number     bigint      NOT NULL,
            at         timestamptz NOT NULL,
            sha256     text        NOT NULL,
            bytes      int         NOT NULL,
            data       bytea,
            object_key text,
            PRIMARY KEY (session_id, number, at),
            CHECK (data IS NOT NULL OR object_key IS NOT NULL)
        ) PARTITION BY RANGE (at);
        -- They are compressed already.
        ALTER TABLE audit.contents ALTER COLUMN data SET STORAGE EXTERNAL;
        CREATE TABLE IF NOT EXISTS audit.contents_waiting (
            session_id text        COLLATE "C" NOT NULL,
            number     bigint      NOT NULL,
            at         timestamptz NOT NULL,
            sha256     text        NOT NULL,
            bytes      int         NOT NULL,
            data       bytea       NOT NULL,
            PRIMARY KEY (session_id, number)
        );
        CREATE TABLE IF NOT EXISTS audit.feed (
            position bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            xid      xid8        NOT NULL DEFAULT pg_current_xact_id(),
            at       timestamptz NOT NULL DEFAULT now(),
            sessions text[]      NOT NULL,
            firsts   bigint[]    NOT NULL,
            lasts    bigint[]    NOT NULL
        );
        CREATE INDEX IF NOT EXISTS feed_order ON audit.feed (xid, position);
        CREATE TABLE IF NOT EXISTS audit.feed_cursors (
            name     text        PRIMARY KEY,
            xid      xid8        NOT NULL,
            position bigint      NOT NULL,
            moved_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE IF NOT EXISTS audit.statement_groups (
            session_id text        COLLATE "C" NOT NULL,
            sequence   bigint      NOT NULL,
            at         timestamptz NOT NULL,
            chunk      bigint      NOT NULL,
            sequences  bigint[]    NOT NULL,
            held       bigint,
            approvers  text[]      NOT NULL DEFAULT '{}',
            resolution text,
            tags       text[]      NOT NULL,
            PRIMARY KEY (session_id, sequence, at)
        ) PARTITION BY RANGE (at);
        CREATE INDEX IF NOT EXISTS statement_groups_newest ON audit.statement_groups (at DESC, session_id DESC, sequence DESC);
        CREATE INDEX IF NOT EXISTS statement_groups_tags ON audit.statement_groups USING gin (tags);

        -- The same weeks as the events', so that they leave together.
        CREATE OR REPLACE FUNCTION audit.ensure_record_partitions(moment timestamptz) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
        DECLARE
            week timestamptz := date_trunc('week', moment);
            suffix text := to_char(week, 'IYYY"w"IW');
        BEGIN
            IF to_regclass('audit.statements_' || suffix) IS NOT NULL THEN RETURN; END IF;
            PERFORM pg_advisory_xact_lock(hashtextextended('audit.record_partitions', 5001));
            IF to_regclass('audit.statements_' || suffix) IS NOT NULL THEN RETURN; END IF;
            IF to_regclass('audit.contents_' || suffix) IS NULL THEN
                EXECUTE format('CREATE TABLE audit.%I (LIKE audit.contents INCLUDING ALL)', 'contents_' || suffix);
                EXECUTE format('ALTER TABLE audit.contents ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)', 'contents_' || suffix, week, week + interval '7 days');
                EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.%I FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', 'contents_' || suffix);
                EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER append_only', 'contents_' || suffix);
                EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON audit.%I FROM CURRENT_USER', 'contents_' || suffix);
            END IF;
            EXECUTE format('CREATE TABLE audit.%I (LIKE audit.statement_groups INCLUDING ALL)', 'statements_' || suffix);
            EXECUTE format('ALTER TABLE audit.statement_groups ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)', 'statements_' || suffix, week, week + interval '7 days');
        END $$;
        """;

    /// <summary>The index from before events shared rows moves with them. Events from before there was a feed come into it, one line a session.</summary>
    public const string After = """
        DO $$ BEGIN
            IF to_regclass('audit.statements_by_row') IS NULL THEN RETURN; END IF;
            INSERT INTO audit.statement_groups (session_id, sequence, at, chunk, sequences, held, approvers, resolution, tags)
            SELECT s.session_id, s.sequence, s.at, c.sequence, ARRAY[s.sequence], CASE s.outcome WHEN 'hold' THEN s.operation END, s.approvers, s.resolution, s.tags
            FROM audit.statements_by_row s CROSS JOIN LATERAL (
                SELECT c.sequence FROM audit.event_chunks c WHERE c.session_id = s.session_id AND c.sequence BETWEEN s.sequence - 31 AND s.sequence
                    AND c.at BETWEEN s.at - interval '1 minute' AND s.at ORDER BY c.sequence DESC LIMIT 1) c;
            DROP TABLE audit.statements_by_row;
        END $$;
        INSERT INTO audit.feed (sessions, firsts, lasts)
        SELECT ARRAY[session_id], ARRAY[0::bigint], ARRAY[last_sequence] FROM audit.heads
        WHERE NOT EXISTS (SELECT FROM audit.feed) AND NOT EXISTS (SELECT FROM audit.feed_cursors) ORDER BY first_at;
        """;
}
