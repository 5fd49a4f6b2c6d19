using System.Net;
using System.Net.Sockets;
using Hoop.Testing;
using Npgsql;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>Another Ingress beside the system's own, started as that one was: a second replica behind the load balancer that a test is.</summary>
public sealed class SecondIngress : IAsyncDisposable
{
    private readonly string[] command;
    private readonly string directory;
    private readonly Dictionary<string, string?> environment;
    private readonly Func<Task<string>> token;
    private readonly string data;
    private Command process;

    private SecondIngress(HoopSystem system, IReadOnlyDictionary<string, string?> settings, string data, Func<Task<string>> token)
    {
        (this.data, this.token, Port) = (data, token, FreePort());
        var like = new RunningProcess(system.PidOf("ingress"));
        // A disk that may take no more, by the limit on the size of files, is an error instead of the end of the process.
        (command, directory) = (["-c", "trap '' XFSZ; exec \"$@\"", "sh", .. like.Command], like.Directory);
        environment = new(like.Environment)
        {
            ["Hoop__DataDirectory"] = data, ["Hoop__Postgres__Listen"] = $"127.0.0.1:{Port}",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0", ["HTTP_PORTS"] = null, ["ASPNETCORE_HTTP_PORTS"] = null,
        };
        foreach (var (name, value) in settings) environment[name] = value;
        process = Start();
    }

    public int Port { get; }

    public int ProcessId => process.ProcessId;

    /// <summary>What it logged so far.</summary>
    public string Seen => process.Seen;

    /// <summary>Its name in the records.</summary>
    public string Id => File.ReadAllText(Path.Combine(data, "ingress-id")).Trim();

    /// <param name="settings">Environment on top of what the system's own has.</param>
    /// <param name="data">Its data directory; null: one of its own, which goes with it.</param>
    /// <param name="token">An access token, where the demo's identity provider is not to be asked.</param>
    public static async Task<SecondIngress> StartAsync(HoopSystem system, IReadOnlyDictionary<string, string?>? settings = null, string? data = null, string? token = null)
    {
        var second = new SecondIngress(
            system, settings ?? new Dictionary<string, string?>(), data ?? TestFolders.Create("hoop-second-").FullName,
            token is null ? () => system.TokenAsync() : () => Task.FromResult(token));
        try
        {
            await second.AnswersAsync();
            return second;
        }
        catch
        {
            await second.DisposeAsync();
            throw;
        }
    }

    public async Task KillAsync()
    {
        new RunningProcess(ProcessId).Kill();
        await process.DisposeAsync();
    }

    public Task StartAgainAsync()
    {
        process = Start();
        return AnswersAsync();
    }

    /// <param name="with">Another access token than the usual.</param>
    public async Task<NpgsqlConnection> ConnectAsync(string? with = null)
    {
        var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={Port};Database=shop;Username=reporting-agent;Password={with ?? await token()};SSL Mode=Require;Trust Server Certificate=true;Pooling=false;Command Timeout=120;Include Error Detail=true");
        await connection.OpenAsync();
        return connection;
    }

    public async Task<CommandResult> PsqlAsync(string sql) => await Command.RunAsync(
        "psql", ["-X", "-A", "-t", $"host=127.0.0.1 port={Port} user=reporting-agent dbname=shop sslmode=require"], new Dictionary<string, string?> { ["PGPASSWORD"] = await token() }, sql);

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    private Command Start() => Command.Start("sh", command, environment, directory);

    private Task AnswersAsync() => Eventually.SeenAsync(AnswersOnceAsync, answers => answers, seconds: 60, what: "the second Ingress answers");

    private async Task<bool> AnswersOnceAsync()
    {
        if (process.HasExited) throw new InvalidOperationException($"The second Ingress ended:\n{process.Seen}");
        try
        {
            await using var connection = await ConnectAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
