using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Transport;
using Hoop.ServiceDefaults.Documents;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>Dials the target's address from here.</summary>
internal sealed class TcpTargetDialer(References references) : ITargetDialer
{
    public References References => references;

    public async ValueTask<TargetConnection> DialAsync(AuthorizedTarget target, CancellationToken cancel)
    {
        // A document of another version may have one: its target is not to be reached from here.
        if (target.Document.Connector is not null)
            throw new TargetUnavailableException("08001", $"target \"{target.Name}\" is behind a connector, which this gateway cannot use");
        var (host, port) = Split(await TargetCredentials.PlainAsync(references, target.Document.Address, cancel));
        try
        {
            // A session's target lives on the session's loop; the gateway's own connections are elsewhere.
            return EventLoop.Current is { } loop ? await DialOnAsync(loop, host, port, cancel) : await DialAsync(host, port, cancel);
        }
        catch (SocketException e)
        {
            throw new TargetUnavailableException("08001", $"target \"{target.Name}\" does not answer ({e.SocketErrorCode})", e);
        }
    }

    private static async Task<TargetConnection> DialOnAsync(EventLoop loop, string host, int port, CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(host, cancel);
        for (var i = 0; ; i++)
        {
            try
            {
                var socket = await LoopSocket.ConnectAsync(loop, new IPEndPoint(addresses[i], port), cancel);
                return new TargetConnection(socket, host, socket);
            }
            catch (SocketException) when (i < addresses.Length - 1)
            {
                // The next of its addresses may answer.
            }
        }
    }

    private static async Task<TargetConnection> DialAsync(string host, int port, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancel);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return TargetConnection.Over(stream, host, stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static (string Host, int Port) Split(string address)
    {
        var colon = address.LastIndexOf(':');
        var bare = colon < 0 || address.EndsWith(']');
        var host = (bare ? address : address[..colon]).Trim('[', ']');
        if (bare) return (host, 5432);
        return int.TryParse(address[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? (host, port)
            : throw new TargetUnavailableException("08001", "the target's address has no valid port");
    }
}
