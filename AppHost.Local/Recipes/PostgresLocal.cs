using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.Recipes;

sealed class PostgresLocal(PostgresServerResource resource, ServiceFolder folder) : Recipe
{
    readonly string _data = Path.Combine(folder.Path, "pgdata");
    readonly string _complete = Path.Combine(folder.Path, "complete");

    public override IEnumerable<RequiredBinary> Requires =>
        [new("postgres", "postgresql", Binaries.FindPostgres("postgres")), new("psql", "postgresql-client", Binaries.FindPostgres("psql"))];

    public override async Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        // A first start that was cut short leaves half of the data: begin again.
        await folder.CreateAsync(keep: Settings.KeepsData(resource) && File.Exists(_complete), cancellationToken);
        if (!Directory.Exists(_data))
            await InitialiseAsync(cancellationToken);
        return new LaunchSpec(Binaries.FindPostgres("postgres")!,
        [
            "-D", _data, "-p", Settings.PortOf(resource).ToString(), "-h", EndpointReference.Loopback,
            "-c", "unix_socket_directories=", .. Settings.ArgumentsOf(resource),
        ])
        {
            User = folder.User,
            WorkingDirectory = folder.Path,
            // Fast shutdown: SIGTERM would wait for clients to leave.
            StopSignal = Signals.Interrupt,
        };
    }

    public override Task<bool> ProbeAsync(CancellationToken cancellationToken) =>
        Probes.PostgresAsync(Settings.PortOf(resource), cancellationToken);

    public override async Task CompleteAsync(CancellationToken cancellationToken)
    {
        var setup = new PostgresSetup(resource, await PsqlAsync(cancellationToken));
        await setup.WaitUntilItTakesCommandsAsync(cancellationToken);
        if (!File.Exists(_complete))
            await setup.RunInitFilesAsync(cancellationToken);
        await setup.CreateDatabasesAsync(cancellationToken);
        await File.WriteAllTextAsync(_complete, "", cancellationToken);
    }

    async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        var password = await folder.WriteAsync("password", await PasswordAsync(cancellationToken), cancellationToken);
        await Shell.RunAsync(new LaunchableCommand(Binaries.FindPostgres("initdb")!,
            "-D", _data, "-U", "postgres", "--pwfile", password, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        { User = folder.User }, cancellationToken);
        File.Delete(password);
    }

    async Task<LaunchableCommand> PsqlAsync(CancellationToken cancellationToken) =>
        new(Binaries.FindPostgres("psql")!, "-h", EndpointReference.Loopback, "-p", Settings.PortOf(resource).ToString(), "-U", "postgres", "-d", "postgres")
        {
            Environment = new Dictionary<string, string>(await Settings.EnvironmentOfAsync(resource, cancellationToken))
            {
                ["PGPASSWORD"] = await PasswordAsync(cancellationToken),
            },
        };

    async Task<string> PasswordAsync(CancellationToken cancellationToken) =>
        (await resource.PasswordParameter.GetValueAsync(cancellationToken))!;
}
