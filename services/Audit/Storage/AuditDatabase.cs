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

    /// <summary>Connections for who asks, however many ask at once: what the service does by itself has a pool that they can not use up, and the server keeps some for others.</summary>
    private const int MostForAnswers = 20;

    /// <summary>A batch of a busy moment in a few calls of the kernel.</summary>
    private const int BufferSize = 64 * 1024;

    private NpgsqlDataSource? writer, answers;

    /// <summary>
    /// A connection for what the service does by itself, storing above all, under the service's own role. What is asked with every batch is prepared on it by its own command, once for each connection, and
    /// not by <c>Max Auto Prepare</c>: that would prepare searches too, whose plans must follow the settings of their transaction. Nothing is reset when it goes back to its pool, which would cost the server
    /// as much as a small batch does: whoever takes one leaves no setting and no lock behind.
    /// </summary>
    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancel) =>
        (writer ?? throw new InvalidOperationException("The audit database is not prepared yet.")).OpenConnectionAsync(cancel);

    /// <summary>A connection to answer somebody with. Who takes one gives it back before it waits for a client.</summary>
    public ValueTask<NpgsqlConnection> OpenForAnswerAsync(CancellationToken cancel) =>
        (answers ?? throw new InvalidOperationException("The audit database is not prepared yet.")).OpenConnectionAsync(cancel);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var service = configuration.GetConnectionString("auditdb")
            ?? throw new InvalidOperationException("No connection string 'auditdb': set ConnectionStrings__auditdb.");
        var owner = configuration.GetConnectionString("auditowner") ?? service;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                (writer, answers) = await PrepareAsync(service, owner, cancellationToken);
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

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in new[] { writer, answers })
            if (pool is not null)
                await pool.DisposeAsync();
    }

    private async Task<(NpgsqlDataSource Writer, NpgsqlDataSource Answers)> PrepareAsync(string service, string owner, CancellationToken cancel)
    {
        var login = new NpgsqlConnectionStringBuilder(service);
        var itself = login.Username == new NpgsqlConnectionStringBuilder(owner).Username;
        await using (var database = NpgsqlDataSource.Create(owner))
        {
            var superuser = await AskAsync(database, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user", cancel) is true;
            if (superuser)
                await PrepareRolesAsync(database, itself ? null : login, cancel);
            if (itself && superuser)
            {
                logger.WorksAsSuperuser();
                login.Options = $"{login.Options} -c role={AuditSchema.WriterRole}".Trim();
            }

            if (await AskAsync(database, "SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'audit'", cancel) is false)
                await RequireSchemaAsync(database, cancel);
            else
                await PrepareSchemaAsync(database, superuser, cancel);
        }

        var own = new NpgsqlConnectionStringBuilder(login.ConnectionString) { NoResetOnClose = true, ReadBufferSize = BufferSize, WriteBufferSize = BufferSize };
        login.MaxPoolSize = Math.Min(login.MaxPoolSize, MostForAnswers);
        login.MinPoolSize = Math.Min(login.MinPoolSize, login.MaxPoolSize);
        return (NpgsqlDataSource.Create(own), NpgsqlDataSource.Create(login));
    }

    /// <summary>The roles belong to the cluster, not to the database that remembers what ran.</summary>
    private static async Task PrepareRolesAsync(NpgsqlDataSource database, NpgsqlConnectionStringBuilder? service, CancellationToken cancel)
    {
        var sql = AuditSchema.Roles + (service is { Username: { } name, Password: { } password } ? ServiceLogin.Create(name, password) : "");
        await PersistAsync(database, sql, cancel);
    }

    /// <summary>For statements that other instances run at the same moment, where no lock holds all of them.</summary>
    private static async Task PersistAsync(NpgsqlDataSource database, string sql, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await AskAsync(database, sql, cancel);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InternalError && attempt < Attempts)
            {
                // "tuple concurrently updated": another instance grants the same.
            }
        }
    }

    private async Task PrepareSchemaAsync(NpgsqlDataSource database, bool superuser, CancellationToken cancel)
    {
        await database.RunSchemaAsync("audit", AuditSchema.Tables + (superuser ? AuditSchema.GrantsToRoles : AuditSchema.RevokeFromSelf), cancel);
        if (superuser)
            await PersistAsync(database, $"GRANT SELECT ON audit.schema_version TO {AuditSchema.WriterRole}", cancel);
        await SetRetentionAsync(database, cancel);
    }

    /// <summary>The tables are another's, as they should be: then they must be as this version knows them.</summary>
    private static async Task RequireSchemaAsync(NpgsqlDataSource database, CancellationToken cancel)
    {
        var found = await AskAsync(database, "SELECT digest FROM audit.schema_version ORDER BY applied_at DESC LIMIT 1", cancel);
        if (found as string != SchemaScript.DigestOf(AuditSchema.Tables + AuditSchema.GrantsToRoles))
            throw new InvalidOperationException(
                "The audit database has the schema of another version: start this version once with ConnectionStrings__auditowner, a log-in that may change the schema.");
    }

    /// <summary>Only the owner's connection may say how long events are kept; without the setting, what it said before stands.</summary>
    private async Task SetRetentionAsync(NpgsqlDataSource database, CancellationToken cancel)
    {
        if (configuration["Hoop:Audit:RetentionDays"] is not { Length: > 0 } text)
            return;
        if (!int.TryParse(text, out var days) || days < 0)
            throw new InvalidOperationException($"Hoop__Audit__RetentionDays={text} is not a number of days: use 0 to keep events for ever, or a positive number.");
        await using var command = database.CreateCommand("UPDATE audit.retention SET keep = $1 WHERE keep IS DISTINCT FROM $1");
        command.Parameters.Add(new() { Value = days == 0 ? DBNull.Value : TimeSpan.FromDays(days), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Interval });
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<object?> AskAsync(NpgsqlDataSource database, string sql, CancellationToken cancel)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancel);
    }
}
