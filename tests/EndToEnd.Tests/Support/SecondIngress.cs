using System.Net;
using System.Net.Sockets;
using System.Text;
using Hoop.Testing;
using Npgsql;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>Another Ingress beside the system's own, started as that one was: a second replica behind the load balancer that a test is.</summary>
public sealed class SecondIngress : IAsyncDisposable
{
    private readonly HoopSystem system;
    private readonly Command process;
    private readonly int port;
    private readonly string data;

    private SecondIngress(HoopSystem system, Command process, int port, string data) => (this.system, this.process, this.port, this.data) = (system, process, port, data);

    public static async Task<SecondIngress> StartAsync(HoopSystem system)
    {
        var like = system.PidOf("ingress");
        var environment = Strings(like, "environ").Select(entry => entry.Split('=', 2)).ToDictionary(entry => entry[0], entry => (string?)entry[1]);
        var (data, port) = (TestFolders.Create("hoop-second-").FullName, FreePort());
        environment["Hoop__DataDirectory"] = data;
        environment["Hoop__Postgres__Listen"] = $"127.0.0.1:{port}";
        environment["ASPNETCORE_URLS"] = environment["HTTP_PORTS"] = environment["ASPNETCORE_HTTP_PORTS"] = null;
        environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        var command = Strings(like, "cmdline");
        var process = Command.Start(command[0], command[1..], environment, new DirectoryInfo($"/proc/{like}/cwd").ResolveLinkTarget(true)!.FullName);
        var second = new SecondIngress(system, process, port, data);
        await Eventually.SeenAsync(second.AnswersAsync, answers => answers, seconds: 60, what: "the second Ingress answers");
        return second;
    }

    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={port};Database=shop;Username=reporting-agent;Password={await system.TokenAsync()};SSL Mode=Require;Trust Server Certificate=true;Pooling=false;Command Timeout=120");
        await connection.OpenAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    private async Task<bool> AnswersAsync()
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

    private static string[] Strings(int pid, string file) =>
        Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}")).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
