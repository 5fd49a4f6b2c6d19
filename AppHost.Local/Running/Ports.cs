using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hoop.AppHost.Local.Running;

static class Ports
{
    // Nobody listens on a port yet when it is given. Its UDP side, which nobody here needs, is kept until this process ends, so that neither
    // another resource nor another system that starts at the same moment is given the same.
    static readonly ConcurrentBag<Socket> Given = [];

    /// <summary>Below the range from which the system takes ports for outgoing connections, so that nobody gets it meanwhile by chance.</summary>
    public static int Free()
    {
        for (var attempt = 0; attempt < 500; attempt++)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            if (TryTake(port))
                return port;
        }
        throw new Aspire.Hosting.DistributedApplicationException("No free port between 20000 and 32000 on 127.0.0.1: stop some programs that listen there.");
    }

    public static bool IsFree(int port)
    {
        using var socket = TryBind(port, SocketType.Stream, ProtocolType.Tcp);
        if (socket is null)
            return false;
        try
        {
            socket.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static bool TryTake(int port)
    {
        var mark = TryBind(port, SocketType.Dgram, ProtocolType.Udp);
        if (mark is null)
            return false;
        if (IsFree(port))
        {
            Given.Add(mark);
            return true;
        }
        mark.Dispose();
        return false;
    }

    static Socket? TryBind(int port, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
