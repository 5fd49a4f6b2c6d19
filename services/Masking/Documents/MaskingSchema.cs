using Hoop.ServiceDefaults;
using Npgsql;

namespace Hoop.Masking.Documents;

/// <summary>Creates what the service stores in. Idempotent, and safe when several instances start at once.</summary>
internal static class MaskingSchema
{
    private const string Script = """
        CREATE SCHEMA IF NOT EXISTS masking;
        CREATE TABLE IF NOT EXISTS masking.versions (
            place        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            version      bigint NOT NULL,
            digest       text NOT NULL,
            document     text NOT NULL,
            activated_at timestamptz NOT NULL
        );
        CREATE OR REPLACE FUNCTION masking.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'masking.versions is append-only';
        END $$;
        CREATE OR REPLACE TRIGGER versions_append_only
            BEFORE UPDATE OR DELETE OR TRUNCATE ON masking.versions
            FOR EACH STATEMENT EXECUTE FUNCTION masking.refuse_change();
        """;

    public static Task CreateAsync(NpgsqlDataSource database, CancellationToken cancel) => database.RunSchemaAsync("masking", Script, cancel);
}
