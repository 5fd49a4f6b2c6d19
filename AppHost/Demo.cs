using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace Hoop.AppHost;

/// <summary>What can be chosen about a demo run. Ports are null where any free one will do.</summary>
sealed record Demo(int? PostgresPort, int? PortalPort, int? IdentityPort, string StatusUrl, string ConfigFile, string LocalFolder, string? EndpointsFile)
{
    /// <summary>Read from the environment and the command line; a mistake is an <see cref="InvalidOperationException"/> with one line.</summary>
    public static Demo Read(IConfiguration configuration, string appHostDirectory)
    {
        var automatic = configuration["HOOP_PORTS"] is "auto";
        var ports = new DemoPorts(configuration, automatic);
        return new Demo(
            ports.Read("HOOP_PORT_POSTGRES", 15432, "Postgres listener"),
            ports.Read("HOOP_PORT_PORTAL", 8080, "portal"),
            ports.Read("HOOP_PORT_IDENTITY", 8090, "identity provider"),
            $"http://127.0.0.1:{ports.Read("HOOP_PORT_STATUS", 15000, "status page") ?? DemoPorts.AnyFree()}",
            ConfigFileOf(configuration["config"] ?? Path.Combine(appHostDirectory, "../demo/hoop.yaml")),
            Path.GetFullPath(configuration["HOOP_DATA"] ?? Path.Combine(appHostDirectory, "../.local")),
            configuration["HOOP_ENDPOINTS"]);
    }

    /// <summary>A folder of the service's own.</summary>
    public string DataDirectory(string name) => Directory.CreateDirectory(Path.Combine(LocalFolder, "services", name)).FullName;

    static string ConfigFileOf(string path) => File.Exists(path)
        ? Path.GetFullPath(path)
        : throw new InvalidOperationException($"{path} does not exist: give --config the path of a hoop.yaml.");
}

sealed class DemoPorts(IConfiguration configuration, bool automatic)
{
    readonly Dictionary<int, string> _taken = [];

    public int? Read(string variable, int standard, string what)
    {
        var text = configuration[variable];
        if (string.IsNullOrEmpty(text) && automatic)
            return null;
        var port = standard;
        if (!string.IsNullOrEmpty(text) && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535))
            throw new InvalidOperationException($"{variable}={text} is not a port: use a number from 1 to 65535.");
        if (!_taken.TryAdd(port, variable))
            throw new InvalidOperationException($"{variable} and {_taken[port]} are both {port}: give each its own port.");
        if (!IsFree(port))
            throw new InvalidOperationException($"Port {port} ({what}) is in use: stop what listens there, or set {variable} to another port, or HOOP_PORTS=auto.");
        return port;
    }

    public static int AnyFree()
    {
        using var socket = Bind(0);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    static bool IsFree(int port)
    {
        try
        {
            using var socket = Bind(port);
            socket.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }
}
