using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Hoop.AppHost.Local.Recipes;

/// <summary>What a new server needs before others may use it, done with psql.</summary>
sealed class PostgresSetup(PostgresServerResource resource, LaunchableCommand psql)
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>It answers the handshake while it still recovers.</summary>
    public async Task WaitUntilItTakesCommandsAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            var (code, _, error) = await Shell.TryAsync(With("-c", "select 1"), cancellationToken);
            if (code == 0)
                return;
            if (deadline.IsCancellationRequested)
                throw new DistributedApplicationException($"{resource.Name} takes no commands: {error.Trim()}");
            await Task.Delay(100, cancellationToken);
        }
    }

    public async Task RunInitFilesAsync(CancellationToken cancellationToken)
    {
        var files = resource.Annotations.OfType<InitFilesAnnotation>()
            .SelectMany(a => Directory.GetFiles(a.Directory, "*.sql").Order(StringComparer.Ordinal));
        foreach (var file in files)
            await Shell.RunAsync(With("-f", file), cancellationToken);
    }

    public async Task CreateDatabasesAsync(CancellationToken cancellationToken)
    {
        var sql = resource.Databases.Select(name =>
            $"SELECT 'CREATE DATABASE \"{name}\"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}')\\gexec\n");
        await Shell.RunAsync(With("-f", "-") with { Input = string.Concat(sql) }, cancellationToken);
    }

    LaunchableCommand With(params string[] arguments) =>
        psql with { Arguments = [.. psql.Arguments, "-X", "-q", "-v", "ON_ERROR_STOP=1", .. arguments] };
}
