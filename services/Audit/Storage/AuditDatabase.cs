using Npgsql;

namespace Hoop.Audit.Storage;

/// <summary>
/// Brings the database to this version's schema before anything else starts (any number of instances may do so at once), and opens
/// connections under the role that can only add.
/// </summary>
internal sealed class AuditDatabase(IConfiguration configuration, TimeProvider clock, ILogger<AuditDatabase> logger) : IHostedService, IAsyncDisposable
{
    private const long LockKey = 0x486f6f7041756469;   // "HoopAudi": the same in every instance.
    private const int Attempts = 60;

    private NpgsqlDataSource? writer;

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancel) =>
        (writer ?? throw new InvalidOperationException("The audit database is not prepared yet.")).OpenConnectionAsync(cancel);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var connectionString = configuration.GetConnectionString("auditdb")
            ?? throw new InvalidOperationException("No connection string 'auditdb': set ConnectionStrings__auditdb.");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                writer = await PrepareAsync(connectionString, cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (e is not PostgresException { SqlState: not PostgresErrorCodes.CannotConnectNow } && attempt < Attempts)
            {
                logger.DatabaseUnreachable(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(0.5), clock, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => writer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<NpgsqlDataSource> PrepareAsync(string connectionString, CancellationToken cancel)
    {
        bool superuser;
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            await connection.OpenAsync(cancel);
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            superuser = await ScalarAsync(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user", cancel);
            await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancel);
            if (superuser)
                await ExecuteAsync(connection, AuditSchema.Roles + AuditSchema.Tables + AuditSchema.GrantsToRoles, cancel);
            else
                await ExecuteAsync(connection, AuditSchema.Tables + AuditSchema.RevokeFromSelf, cancel);
            await transaction.CommitAsync(cancel);
        }

        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (superuser)
            builder.Options = $"{builder.Options} -c role={AuditSchema.WriterRole}".Trim();
        return NpgsqlDataSource.Create(builder);
    }

    private static async Task<bool> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancel) is true;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
