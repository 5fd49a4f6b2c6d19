using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Npgsql;

namespace Hoop.Testing;

/// <summary>
/// A real PostgreSQL of our own: a free port on loopback, data in a temporary directory, gone with the test process.
/// Most tests take <see cref="SharedAsync"/> and a database of their own.
/// </summary>
public sealed partial class PostgresServer : IAsyncDisposable
{
    public const string UserName = "postgres";

    private static readonly Lazy<Task<PostgresServer>> Shared = new(() => StartAsync());

    private readonly string[] _settings;
    private ChildProcess _process;
    private readonly string _directory;
    private int _databases;

    private PostgresServer(ChildProcess process, string[] settings, string directory, int port, string password)
    {
        _process = process;
        _settings = settings;
        _directory = directory;
        Port = port;
        Password = password;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    public string Host => "127.0.0.1";

    public int Port { get; }

    /// <summary>Of the superuser <see cref="UserName"/>; log-in is by SCRAM.</summary>
    public string Password { get; }

    /// <summary>The server's last log lines.</summary>
    public string Log => _process.Output;

    /// <summary>One server per test process, started on first use.</summary>
    public static Task<PostgresServer> SharedAsync() => Shared.Value;

    /// <param name="settings">Server settings on top of the rig's, such as <c>["max_prepared_transactions=4"]</c>.</param>
    /// <param name="hba">Lines of pg_hba.conf to put first.</param>
    public static async Task<PostgresServer> StartAsync(IEnumerable<string>? settings = null, string? hba = null)
    {
        PostgresBinaries.SweepLeftovers();
        var directory = PostgresBinaries.CreateDirectory();
        var password = RandomNumberGenerator.GetHexString(24, lowercase: true);
        await PostgresBinaries.InitializeAsync(directory, UserName, password, hba);
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            string[] given = [.. settings ?? []];
            var process = await PostgresBinaries.StartAsync(directory, port, given);
            try
            {
                await process.SeenAsync(Ready()).WaitAsync(TimeSpan.FromSeconds(60));
                return new PostgresServer(process, given, directory, port, password);
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                // Somebody else took the port between our look and the server's bind.
            }
        }
    }

    public string ConnectionString(string database = "postgres") =>
        $"Host={Host};Port={Port};Username={UserName};Password={Password};Database={database};SSL Mode=Disable;Pooling=false;Timeout=30";

    /// <summary>Creates an empty database with a name of its own, runs the script in it, and returns its name.</summary>
    /// <param name="encoding">Another than UTF8.</param>
    public async Task<string> CreateDatabaseAsync(string? script = null, string? encoding = null)
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync("postgres", $"CREATE DATABASE {name} STRATEGY FILE_COPY{(encoding is null ? "" : $" ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")}");
        if (script is not null) await ExecuteAsync(name, script);
        return name;
    }

    /// <summary>Gives its 7 MB back, whoever is still connected.</summary>
    public Task DropDatabaseAsync(string name) => ExecuteAsync("postgres", $"DROP DATABASE {name} WITH (FORCE)");

    /// <summary>Runs SQL as the superuser.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Stops it at once, as a crash would; <see cref="DisposeAsync"/> still cleans up.</summary>
    public async Task KillAsync()
    {
        _process.Signal("QUIT");
        await _process.Exited;
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>, where and with what it was.</summary>
    public async Task StartAgainAsync()
    {
        _process = await PostgresBinaries.StartAsync(_directory, Port, _settings);
        await _process.SeenAsync(Ready()).WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        _process.Signal("INT");
        await _process.Exited.WaitAsync(TimeSpan.FromSeconds(30));
        Directory.Delete(_directory, recursive: true);
    }

    private void OnProcessExit(object? sender, EventArgs e)
    {
        _process.Signal("QUIT");
        if (Task.WaitAny([_process.Exited], TimeSpan.FromSeconds(5)) == 0) Directory.Delete(_directory, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("database system is ready to accept connections")]
    private static partial Regex Ready();
}
