using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Hoop.Testing;

/// <summary>
/// A real RabbitMQ of our own: own node name, ports and epmd on loopback, data in a temporary directory, gone with the test process.
/// Most tests take <see cref="SharedAsync"/> and a virtual host of their own.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private const string UserName = "hoop";

    private static readonly Lazy<Task<RabbitMqServer>> Shared = new(StartAsync);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);

    private readonly ChildProcess _epmd;
    private readonly ChildProcess _node;
    private readonly string _directory;
    private int _virtualHosts;

    private RabbitMqServer(ChildProcess epmd, ChildProcess node, string directory, RabbitMqSettings settings)
    {
        (_epmd, _node, _directory, Settings) = (epmd, node, directory, settings);
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    private RabbitMqSettings Settings { get; }

    public int Port => Settings.Port;

    /// <summary>The server's last log lines.</summary>
    public string Log => _node.Output;

    /// <summary>One server per test process, started on first use.</summary>
    public static Task<RabbitMqServer> SharedAsync() => Shared.Value;

    public static async Task<RabbitMqServer> StartAsync()
    {
        RabbitMqSettings.SweepLeftovers();
        for (var attempt = 1; ; attempt++)
        {
            var settings = new RabbitMqSettings(FreePort(), FreePort(), FreePort(), UserName, RandomNumberGenerator.GetHexString(24, lowercase: true));
            var directory = settings.CreateDirectory();
            // RabbitMQ would start an epmd that outlives it; ours is a child like the server.
            var epmd = await ChildProcess.StartAsync("setpriv", settings.AsServerUser(directory, "epmd", "-port", $"{settings.EpmdPort}", "-address", "127.0.0.1"));
            var node = await ChildProcess.StartAsync("setpriv", settings.AsServerUser(directory, "/usr/lib/rabbitmq/bin/rabbitmq-server"));
            try
            {
                await ReadyAsync(settings.Port, node).WaitAsync(StartTimeout);
                return new RabbitMqServer(epmd, node, directory, settings);
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                // Somebody else took a port between our look and the server's bind.
                await StopAsync(node, epmd, directory);
            }
        }
    }

    /// <summary>As <c>ConnectionStrings:rabbitmq</c> wants it.</summary>
    public string ConnectionString(string virtualHost = "/") =>
        $"amqp://{UserName}:{Settings.Password}@127.0.0.1:{Port}/{(virtualHost == "/" ? "" : virtualHost)}";

    /// <summary>Creates an empty virtual host and returns its connection string: tests that share the server share no queue.</summary>
    public async Task<string> CreateVirtualHostAsync()
    {
        var name = $"test{Interlocked.Increment(ref _virtualHosts)}";
        await Settings.ControlAsync(_directory,
            $"ok = case rabbit_vhost:add(<<\"{name}\">>, <<\"{UserName}\">>) of ok -> ok; {{error, E}} -> E end, " +
            $"rabbit_auth_backend_internal:set_permissions(<<\"{UserName}\">>, <<\"{name}\">>, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"test\">>).");
        return ConnectionString(name);
    }

    /// <summary>Stops it at once, as a crash would; <see cref="DisposeAsync"/> still cleans up.</summary>
    public async Task KillAsync()
    {
        _node.Signal("KILL");
        await _node.Exited;
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await StopAsync(_node, _epmd, _directory);
    }

    private static async Task StopAsync(ChildProcess node, ChildProcess epmd, string directory)
    {
        node.Signal("KILL");
        epmd.Signal("KILL");
        await Task.WhenAll(node.Exited, epmd.Exited).WaitAsync(TimeSpan.FromSeconds(30));
        Directory.Delete(directory, recursive: true);
    }

    private void OnProcessExit(object? sender, EventArgs e)
    {
        _node.Signal("KILL");
        _epmd.Signal("KILL");
        if (Task.WaitAll([_node.Exited, _epmd.Exited], TimeSpan.FromSeconds(5))) Directory.Delete(_directory, recursive: true);
    }

    /// <summary>A listener that answers a wrong protocol header with its own is RabbitMQ, ready for clients.</summary>
    private static async Task ReadyAsync(int port, ChildProcess node)
    {
        while (true)
        {
            if (node.Exited.IsCompleted) throw new InvalidOperationException($"rabbitmq-server ended before it was ready:\n{node.Output}");
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                await client.GetStream().WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray());
                var answer = new byte[1024];
                var length = await client.GetStream().ReadAtLeastAsync(answer, 64, throwOnEndOfStream: false);
                if (answer.AsSpan(0, length).IndexOf("capabilities"u8) >= 0) return;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // Not listening yet.
            }
            await Task.Delay(100);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
