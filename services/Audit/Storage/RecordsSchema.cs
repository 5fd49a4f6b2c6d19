namespace Hoop.Audit.Storage;

/// <summary>
/// What goes with the events: recorded rows (<c>contents</c>, append-only), the order in which events came (<c>feed</c>) with the places that
/// its readers have reached, and the index that searches look into (<c>statements</c>). All but the contents follow from the events.
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
        CREATE TABLE IF NOT EXISTS audit.statements (
            session_id     text        COLLATE "C" NOT NULL,
            sequence       bigint      NOT NULL,
            at             timestamptz NOT NULL,
            operation      bigint      NOT NULL,
            principal_id   text,
            principal_name text,
            target         text,
            outcome        text        NOT NULL,
            verbs          text[]      NOT NULL,
            objects        text[]      NOT NULL,
            effects        text[]      NOT NULL,
            rules          text[]      NOT NULL,
            approvers      text[]      NOT NULL DEFAULT '{}',
            resolution     text,
            policy_version bigint,
            text           text        NOT NULL,
            tags           text[]      NOT NULL,
            PRIMARY KEY (session_id, sequence, at)
        ) PARTITION BY RANGE (at);
        CREATE INDEX IF NOT EXISTS statements_newest ON audit.statements (at DESC, session_id DESC, sequence DESC);
        CREATE INDEX IF NOT EXISTS statements_tags ON audit.statements USING gin (tags);

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
            EXECUTE format('CREATE TABLE audit.%I (LIKE audit.contents INCLUDING ALL)', 'contents_' || suffix);
            EXECUTE format('ALTER TABLE audit.contents ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)', 'contents_' || suffix, week, week + interval '7 days');
            EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.%I FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', 'contents_' || suffix);
            EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER append_only', 'contents_' || suffix);
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON audit.%I FROM CURRENT_USER', 'contents_' || suffix);
            EXECUTE format('CREATE TABLE audit.%I (LIKE audit.statements INCLUDING ALL)', 'statements_' || suffix);
            EXECUTE format('ALTER TABLE audit.statements ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)', 'statements_' || suffix, week, week + interval '7 days');
        END $$;
        """;

    /// <summary>Events from before there was a feed come into it, one line a session.</summary>
    public const string After = """
        INSERT INTO audit.feed (sessions, firsts, lasts)
        SELECT ARRAY[session_id], ARRAY[0::bigint], ARRAY[last_sequence] FROM audit.heads
        WHERE NOT EXISTS (SELECT FROM audit.feed) AND NOT EXISTS (SELECT FROM audit.feed_cursors) ORDER BY first_at;
        """;
}
