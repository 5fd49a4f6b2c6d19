using Hoop.ServiceDefaults;
using Npgsql;

namespace Hoop.Audit.Storage;

/// <summary>
/// Brings the database to this version's schema before anything else starts (any number of instances may do so at once), and opens
/// connections under the role that can only add.
/// </summary>
internal sealed class AuditDatabase(IConfiguration configuration, TimeProvider clock, ILogger<AuditDatabase> logger) : IHostedService, IAsyncDisposable
{
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
        await using (var database = NpgsqlDataSource.Create(connectionString))
        {
            await using var rights = database.CreateCommand("SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
            superuser = await rights.ExecuteScalarAsync(cancel) is true;
            if (superuser)
            {
                // The roles belong to the cluster, not to the database that remembers what ran.
                await using var roles = database.CreateCommand(AuditSchema.Roles);
                await roles.ExecuteNonQueryAsync(cancel);
            }

            await database.RunSchemaAsync("audit", AuditSchema.Tables + (superuser ? AuditSchema.GrantsToRoles : AuditSchema.RevokeFromSelf), cancel);
        }

        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (superuser)
            builder.Options = $"{builder.Options} -c role={AuditSchema.WriterRole}".Trim();
        return NpgsqlDataSource.Create(builder);
    }
}
