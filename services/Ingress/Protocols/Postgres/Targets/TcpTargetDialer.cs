using System.Globalization;
using System.Net.Sockets;
using Hoop.Ingress.Sessions;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>Dials the target's address from here.</summary>
internal sealed class TcpTargetDialer : ITargetDialer
{
    public async ValueTask<TargetConnection> DialAsync(AuthorizedTarget target, CancellationToken cancel)
    {
        var (host, port) = Split(TargetCredentials.Plain(target.Document.Address));
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancel);
            return new TargetConnection(new NetworkStream(socket, ownsSocket: true), host);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new TargetUnavailableException("08001", $"target \"{target.Name}\" does not answer ({e.SocketErrorCode})", e);
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
