using Hoop.ServiceDefaults;
using Npgsql;

namespace Hoop.Approval.Storage;

/// <summary>Brings the database to this version's schema before anything else starts; any number of instances may do so at once.</summary>
internal sealed class SchemaBootstrap(NpgsqlDataSource database, TimeProvider clock, ILogger<SchemaBootstrap> logger) : IHostedService
{
    private const int Attempts = 60;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ApplyAsync(cancellationToken);
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

    private async Task ApplyAsync(CancellationToken cancel)
    {
        using var reader = new StreamReader(typeof(SchemaBootstrap).Assembly.GetManifestResourceStream("Schema.sql")!);
        var schema = await reader.ReadToEndAsync(cancel);
        await database.RunSchemaAsync("public", schema, cancel);
    }
}
