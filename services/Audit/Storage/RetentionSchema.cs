namespace Hoop.Audit.Storage;

/// <summary>
/// What leaves. The service asks for a partition to be dropped; the database, under the owner's rights, agrees when the retention that
/// the owner set has passed, no legal hold covers it, and its tombstone, for exactly what is in it, is in the log under a signed tree head.
/// </summary>
internal static class RetentionSchema
{
    public const string Tables = """
        CREATE TABLE IF NOT EXISTS audit.retention (
            single boolean PRIMARY KEY DEFAULT true CHECK (single),
            keep   interval
        );
        INSERT INTO audit.retention (keep) VALUES (NULL) ON CONFLICT DO NOTHING;
        CREATE TABLE IF NOT EXISTS audit.tombstones (
            partition text        NOT NULL,
            index     bigint      NOT NULL PRIMARY KEY,
            events    bigint      NOT NULL,
            sessions  bigint      NOT NULL,
            at        timestamptz NOT NULL
        );
        CREATE TABLE IF NOT EXISTS audit.holds (
            id       text        NOT NULL,
            action   text        NOT NULL CHECK (action IN ('placed', 'released')),
            scope    text        NOT NULL CHECK (scope IN ('all', 'session', 'principal', 'target')),
            value    text        NOT NULL,
            reason   text        NOT NULL,
            by       text        NOT NULL,
            at       timestamptz NOT NULL,
            PRIMARY KEY (id, action)
        );
        -- Audit's signature. Rows from before there were any are marked as such, and no new one can be; a release that nobody signed leaves room for one that Audit does.
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'audit.holds'::regclass AND attname = 'signature') THEN RETURN; END IF;
            ALTER TABLE audit.holds ADD COLUMN signature text NOT NULL DEFAULT 'before';
            ALTER TABLE audit.holds ALTER COLUMN signature SET DEFAULT '', ADD CONSTRAINT holds_are_signed_now CHECK (signature <> 'before') NOT VALID;
            ALTER TABLE audit.holds DROP CONSTRAINT holds_pkey, ADD PRIMARY KEY (id, action, signature);
        END $$;
        -- Objects of recorded rows whose partition is gone: they leave the object store when it lets them go.
        CREATE TABLE IF NOT EXISTS audit.objects_to_delete (
            object_key text        PRIMARY KEY,
            try_at     timestamptz NOT NULL DEFAULT now()
        );

        -- The legal hold that keeps a partition, because of a session with events or recorded rows in it; NULL when none does. Released are those holds alone that the service
        -- names: it has the key to tell a release from a row that somebody added.
        -- A session whose beginning has not arrived may be anybody's, on any target: it is held with them.
        CREATE OR REPLACE FUNCTION audit.hold_on(partition text, released text[]) RETURNS text
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            held text;
            recorded text := replace(partition, 'events_', 'contents_');
        BEGIN
            IF NOT EXISTS (SELECT FROM audit.partitions WHERE name = partition) THEN RAISE EXCEPTION 'there is no partition %', partition; END IF;
            EXECUTE format(
                'SELECT h.id FROM audit.holds h WHERE h.action = ''placed'' AND h.id <> ALL ($1)
                 AND (h.scope = ''all'' OR EXISTS (SELECT FROM (%s) e LEFT JOIN audit.sessions s ON s.id = e.session_id WHERE CASE h.scope
                     WHEN ''session'' THEN e.session_id = h.value
                     WHEN ''target'' THEN s.target = h.value OR s.target IS NULL AND e.session_id NOT ILIKE ''admin-%%''
                     ELSE s.principal_id = h.value OR s.principal_name = h.value OR s.principal_id IS NULL AND e.session_id NOT ILIKE ''admin-%%'' END)) ORDER BY h.at LIMIT 1',
                format('SELECT session_id FROM audit.%I', partition)
                    || CASE WHEN to_regclass('audit.' || recorded) IS NULL THEN '' ELSE format(' UNION ALL SELECT session_id FROM audit.%I', recorded) END) INTO held USING released;
            RETURN held;
        END $$;

        -- With every release that is said, proved or not: what a hold keeps by this is kept in any case.
        CREATE OR REPLACE FUNCTION audit.hold_on(partition text) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            SELECT audit.hold_on(partition, ARRAY(SELECT r.id FROM audit.holds r WHERE r.action = 'released'))
        $$;

        CREATE OR REPLACE FUNCTION audit.drop_events_partition(partition text) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '3s' AS $$
        DECLARE
            bounds audit.partitions;
            stone audit.tombstones;
            events bigint;
            held text;
            recorded text := replace(partition, 'events_', 'contents_');
        BEGIN
            -- No export has its proofs and not yet its events.
            PERFORM pg_advisory_xact_lock(hashtextextended('audit.exports', 5001));
            -- A hold that is being placed is waited for, and one that comes later waits.
            PERFORM pg_advisory_xact_lock(hashtextextended('audit.holds', 5001));
            SELECT * INTO bounds FROM audit.partitions WHERE name = partition;
            IF NOT FOUND THEN RAISE EXCEPTION 'there is no partition %', partition; END IF;
            IF NOT EXISTS (SELECT FROM audit.retention WHERE keep IS NOT NULL AND bounds.until <= now() - keep) THEN
                RAISE EXCEPTION 'partition % is younger than the retention', partition USING ERRCODE = 'insufficient_privilege';
            END IF;
            -- First, so that nothing is added to it any more; an exception below attaches it again.
            EXECUTE format('ALTER TABLE audit.event_chunks DETACH PARTITION audit.%I', partition);
            EXECUTE format('SELECT coalesce(sum(events), 0) FROM audit.%I', partition) INTO events;
            SELECT * INTO stone FROM audit.tombstones t WHERE t.partition = bounds.name ORDER BY index DESC LIMIT 1;
            IF NOT FOUND OR stone.events <> events OR NOT EXISTS (SELECT FROM audit.tree_heads WHERE size > stone.index)
                OR NOT EXISTS (SELECT FROM audit.log_entries l WHERE l.index = stone.index AND l.entry::json->>'partition' = bounds.name) THEN
                RAISE EXCEPTION 'partition % has no signed tombstone for its % events', partition, events USING ERRCODE = 'insufficient_privilege';
            END IF;
            held := audit.hold_on(partition);
            IF held IS NOT NULL THEN RAISE EXCEPTION 'partition % is under legal hold %', partition, held USING ERRCODE = 'insufficient_privilege'; END IF;

            EXECUTE format('DROP TABLE audit.%I', partition);
            -- Recorded rows and the search index of the same week go with their events.
            -- First what waits: its mover, if one is at it, has then noted where it brought it.
            DELETE FROM audit.contents_waiting c WHERE c.at >= bounds.first AND c.at < bounds.until;
            IF to_regclass('audit.' || recorded) IS NOT NULL THEN
                EXECUTE format('INSERT INTO audit.objects_to_delete (object_key) SELECT object_key FROM audit.%I WHERE object_key IS NOT NULL ON CONFLICT DO NOTHING', recorded);
            END IF;
            EXECUTE format('DROP TABLE IF EXISTS audit.%I, audit.%I', recorded, replace(partition, 'events_', 'statements_'));
            DELETE FROM audit.partitions WHERE name = partition;
            WITH gone AS (
                DELETE FROM audit.heads h WHERE h.first_at < bounds.until AND h.last_at >= bounds.first AND NOT h.to_log
                    AND NOT EXISTS (SELECT FROM audit.event_chunks e WHERE e.session_id = h.session_id AND e.at BETWEEN h.first_at AND h.last_at)
                RETURNING h.session_id)
            DELETE FROM audit.sessions s USING gone WHERE s.id = gone.session_id;
        END $$;
        """;
}
