using Hoop.Audit.Storage;
using Npgsql;

namespace Hoop.Audit.Retention;

/// <summary>
/// While one is held no partition is dropped: an export takes its proofs and then its events, and what left between the two would look as if somebody had removed it.
/// Any number may hold one; a drop waits for three seconds and then for its next round.
/// </summary>
internal sealed class DropPause : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;

    private DropPause(NpgsqlConnection connection, NpgsqlTransaction transaction) => (this.connection, this.transaction) = (connection, transaction);

    public static async Task<DropPause> BeginAsync(AuditDatabase database, CancellationToken cancel)
    {
        var connection = await database.OpenForAnswerAsync(cancel);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancel);
            await using var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock_shared(hashtextextended('audit.exports', 5001))", connection);
            await command.ExecuteNonQueryAsync(cancel);
            return new DropPause(connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
