using Npgsql;

namespace Hoop.Masking.Documents;

/// <summary>Creates what the service stores in. Idempotent, and safe when several instances start at once.</summary>
internal static class MaskingSchema
{
    // Any constant of our own: it only has to be the same in every instance.
    internal const long Lock = 0x486F6F704D61736B; // "HoopMask"

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

    public static async Task CreateAsync(NpgsqlDataSource database, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using (var gate = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", connection) { Parameters = { new() { Value = Lock } } })
            await gate.ExecuteNonQueryAsync(cancel);
        await using (var script = new NpgsqlCommand(Script, connection))
            await script.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }
}
