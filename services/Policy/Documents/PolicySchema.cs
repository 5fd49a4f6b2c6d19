using Hoop.ServiceDefaults;
using Npgsql;

namespace Hoop.Policy.Documents;

/// <summary>Creates what the service stores in. Idempotent, and safe when several instances start at once.</summary>
internal static class PolicySchema
{
    private const string Script = """
        CREATE SCHEMA IF NOT EXISTS policy;
        CREATE TABLE IF NOT EXISTS policy.versions (
            version      bigint PRIMARY KEY,
            digest       text NOT NULL,
            yaml         text NOT NULL,
            document     text NOT NULL,
            activated_at timestamptz NOT NULL,
            source       text NOT NULL,
            activated_by text NOT NULL
        );
        CREATE OR REPLACE FUNCTION policy.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'policy.versions is append-only';
        END $$;
        CREATE OR REPLACE TRIGGER versions_append_only
            BEFORE UPDATE OR DELETE OR TRUNCATE ON policy.versions
            FOR EACH STATEMENT EXECUTE FUNCTION policy.refuse_change();
        """;

    public static Task CreateAsync(NpgsqlDataSource database, CancellationToken cancel) => database.RunSchemaAsync("policy", Script, cancel);
}
