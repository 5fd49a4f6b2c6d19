using System.Net;
using System.Net.Sockets;

namespace Hoop.AppHost.Local.Running;

static class Ports
{
    /// <summary>Below the range from which the system takes ports for outgoing connections, so that nobody gets it meanwhile by chance.</summary>
    public static int Free()
    {
        for (var attempt = 0; attempt < 500; attempt++)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            if (IsFree(port))
                return port;
        }
        throw new Aspire.Hosting.DistributedApplicationException("No free port between 20000 and 32000 on 127.0.0.1: stop some programs that listen there.");
    }

    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
