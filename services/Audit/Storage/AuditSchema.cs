namespace Hoop.Audit.Storage;

/// <summary>
/// The tables. <c>events</c> and <c>tampering</c> are append-only for everybody: triggers refuse
/// UPDATE, DELETE and TRUNCATE, replication roles included, and the role the service works under has no right to them.
/// <c>sessions</c> is derived from events and can be rebuilt from them.
/// </summary>
internal static class AuditSchema
{
    public const string WriterRole = "hoop_audit_writer";

    /// <summary>Only where the log-in may create roles: the tables then belong to a role that nobody logs in as.</summary>
    public const string Roles = """
        DO $$ BEGIN CREATE ROLE hoop_audit_owner NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        DO $$ BEGIN CREATE ROLE hoop_audit_writer NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        """;

    public const string Tables = """
        CREATE SCHEMA IF NOT EXISTS audit;
        CREATE TABLE IF NOT EXISTS audit.events (
            session_id    text        COLLATE "C" NOT NULL,
            sequence      bigint      NOT NULL CHECK (sequence >= 0),
            at            timestamptz NOT NULL,
            kind          text        NOT NULL,
            payload       text        NOT NULL,
            previous_hash text        NOT NULL,
            hash          text        NOT NULL,
            ingress       text        NOT NULL,
            recorded_at   timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (session_id, sequence)
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

        CREATE OR REPLACE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% on audit.% is refused: it is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END $$;
        CREATE OR REPLACE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.events
            FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
        CREATE OR REPLACE TRIGGER tampering_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.tampering
            FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
        ALTER TABLE audit.events ENABLE ALWAYS TRIGGER events_append_only;
        ALTER TABLE audit.tampering ENABLE ALWAYS TRIGGER tampering_append_only;
        """;

    /// <summary>Ownership to nobody's role, and to the service's role just what it needs.</summary>
    public const string GrantsToRoles = """
        ALTER SCHEMA audit OWNER TO hoop_audit_owner;
        ALTER TABLE audit.events OWNER TO hoop_audit_owner;
        ALTER TABLE audit.tampering OWNER TO hoop_audit_owner;
        ALTER TABLE audit.sessions OWNER TO hoop_audit_owner;
        ALTER FUNCTION audit.refuse_change() OWNER TO hoop_audit_owner;
        REVOKE ALL ON ALL TABLES IN SCHEMA audit FROM hoop_audit_writer;
        GRANT USAGE ON SCHEMA audit TO hoop_audit_writer;
        GRANT SELECT, INSERT ON audit.events, audit.tampering TO hoop_audit_writer;
        GRANT SELECT, INSERT, UPDATE ON audit.sessions TO hoop_audit_writer;
        """;

    /// <summary>Where the log-in may not create roles, it gives its own rights away.</summary>
    public const string RevokeFromSelf = """
        REVOKE UPDATE, DELETE, TRUNCATE ON audit.events, audit.tampering FROM CURRENT_USER;
        REVOKE DELETE, TRUNCATE ON audit.sessions FROM CURRENT_USER;
        """;
}
