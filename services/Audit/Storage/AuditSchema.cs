namespace Hoop.Audit.Storage;

/// <summary>
/// The tables. What is evidence (<c>event_chunks</c>, <c>tampering</c>, the log's and retention's tables) is append-only for everybody: triggers
/// refuse UPDATE, DELETE and TRUNCATE, replication roles included, and the role the service works under has no right to them. It has
/// none to the partitions at all. <c>sessions</c>, <c>heads</c>, <c>statement_groups</c> and <c>sink_positions</c> are derived and can be rebuilt.
/// </summary>
internal static class AuditSchema
{
    public const string OwnerRole = "hoop_audit_owner";
    public const string WriterRole = "hoop_audit_writer";

    /// <summary>What nobody changes. Rows are added by the service.</summary>
    public static IReadOnlyList<string> AppendOnly { get; } = ["event_chunks", "tampering", "log_entries", "log_nodes", "tree_heads", "tombstones", "holds", "contents", "admin_actions"];

    /// <summary>What follows from the rest.</summary>
    private static readonly string[] Derived = ["sessions", "heads", "sink_positions", "statement_groups"];

    /// <summary>What comes and goes.</summary>
    private static readonly string[] Passing = ["feed", "feed_cursors", "contents_waiting", "objects_to_delete"];

    /// <summary>What only the schema's owner writes.</summary>
    private static readonly string[] Settings = ["partitions", "retention"];

    /// <summary>Only where the log-in may create roles: the tables then belong to a role that nobody logs in as.</summary>
    public const string Roles = $"""
        DO $$ BEGIN CREATE ROLE {OwnerRole} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        DO $$ BEGIN CREATE ROLE {WriterRole} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        """;

    public static string Tables => string.Join('\n', "CREATE SCHEMA IF NOT EXISTS audit;", EventsSchema.Before, EventsSchema.Tables, LogSchema.Tables, RetentionSchema.Tables, RecordsSchema.Tables, Triggers, EventsSchema.After, RecordsSchema.After);

    /// <summary>Ownership to nobody's role, and to the service's role just what it needs.</summary>
    public static string GrantsToRoles => $"""
        ALTER SCHEMA audit OWNER TO {OwnerRole};
        {Each([.. AppendOnly, .. Derived, .. Passing, .. Settings], table => $"ALTER TABLE audit.{table} OWNER TO {OwnerRole};")}
        ALTER VIEW audit.events OWNER TO {OwnerRole};
        DO $$ DECLARE partition text; BEGIN
            FOR partition IN SELECT name FROM audit.partitions LOOP EXECUTE format('ALTER TABLE audit.%I OWNER TO {OwnerRole}', partition); END LOOP;
        END $$;
        {Each(Functions, function => $"ALTER FUNCTION audit.{function} OWNER TO {OwnerRole}; REVOKE ALL ON FUNCTION audit.{function} FROM PUBLIC; GRANT EXECUTE ON FUNCTION audit.{function} TO {WriterRole};")}
        REVOKE ALL ON ALL TABLES IN SCHEMA audit FROM {WriterRole};
        GRANT USAGE ON SCHEMA audit TO {WriterRole};
        GRANT SELECT, INSERT ON {Names(AppendOnly)} TO {WriterRole};
        GRANT SELECT, INSERT, UPDATE ON {Names(Derived)} TO {WriterRole};
        GRANT SELECT, INSERT, UPDATE, DELETE ON {Names(Passing)} TO {WriterRole};
        GRANT SELECT ON audit.events, {Names(Settings)} TO {WriterRole};
        """;

    /// <summary>Where the log-in may not create roles, it gives its own rights away.</summary>
    public static string RevokeFromSelf => $"""
        REVOKE UPDATE, DELETE, TRUNCATE ON {Names(AppendOnly)} FROM CURRENT_USER;
        REVOKE TRUNCATE ON {Names(Derived)} FROM CURRENT_USER;
        """;

    private static readonly string[] Functions = ["refuse_change()", "ensure_events_partition(timestamptz)", "hold_on(text)", "hold_on(text, text[])", "drop_events_partition(text)", "ensure_record_partitions(timestamptz)"];

    /// <summary>On a partitioned table a statement's trigger sees what goes through the table; each partition has its own beside.</summary>
    private static string Triggers => "\n" + """
        CREATE OR REPLACE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% on audit.% is refused: it is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END $$;
        """ + "\n" + Each(AppendOnly, table => $"""
        CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.{table} FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
        ALTER TABLE audit.{table} ENABLE ALWAYS TRIGGER {table}_append_only;
        """);

    private static string Each(IEnumerable<string> names, Func<string, string> statement) => string.Join('\n', names.Select(statement));

    private static string Names(IEnumerable<string> tables) => string.Join(", ", tables.Select(table => $"audit.{table}"));
}
