namespace Hoop.Audit.Storage;

/// <summary>The log over all sessions: its entries, the nodes of its tree and the tree heads that were signed.</summary>
internal static class LogSchema
{
    public const string Tables = """
        CREATE TABLE IF NOT EXISTS audit.log_entries (
            index      bigint PRIMARY KEY,
            session_id text   COLLATE "C",
            sequence   bigint,
            entry      text   NOT NULL
        );
        CREATE INDEX IF NOT EXISTS log_entries_of_session ON audit.log_entries (session_id, index);
        CREATE TABLE IF NOT EXISTS audit.log_nodes (
            level smallint NOT NULL,
            index bigint   NOT NULL,
            hash  bytea    NOT NULL,
            PRIMARY KEY (level, index)
        );
        CREATE TABLE IF NOT EXISTS audit.tree_heads (
            size      bigint      PRIMARY KEY,
            root      bytea       NOT NULL,
            at        timestamptz NOT NULL,
            key       text        NOT NULL,
            signature text        NOT NULL
        );
        CREATE TABLE IF NOT EXISTS audit.sink_positions (
            sink text   PRIMARY KEY,
            size bigint NOT NULL
        );
        """;
}
