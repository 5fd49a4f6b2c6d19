using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Hostile;

/// <summary>A client that sends any bytes, and checks that what comes back are whole messages to the end.</summary>
internal sealed class RawClient(Socket socket) : IDisposable
{
    /// <summary>What a session may take to end after its client has said everything.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly byte[] buffer = new byte[64 * 1024];
    private readonly ArrayBufferWriter<byte> received = new();

    public static async Task<RawClient> ConnectAsync(EndPoint endpoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint);
        return new RawClient(socket);
    }

    /// <summary>Messages from the gateway.</summary>
    public int Heard { get; private set; }

    /// <summary>The last error, whatever its severity.</summary>
    public PostgresDiagnostic? LastError { get; private set; }

    /// <summary>Up to the first ReadyForQuery.</summary>
    public async Task LogInAsync(string application = "", bool replicating = false)
    {
        await SendAsync(Noise.Written(output =>
        {
            StartupPacket.Write(output, 3 << 16, [new("user", "agent"), new("database", "shop"), new("application_name", application), new("replication", replicating ? "database" : "off")]);
            output.WriteStringMessage(FrontendType.Password, PlayedGate.Token);
        }));
        (await ReadAsync(type => type == 'Z')).ShouldBeTrue($"log-in: {LastError}");
    }

    /// <summary>False: the gateway takes no more.</summary>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            for (var sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes[sent..]).AsTask().WaitAsync(Deadline);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Says no more, and reads on.</summary>
    public void HalfClose()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Closed by the gateway already.
        }
    }

    public Task ReadToEndAsync() => ReadAsync(_ => false);

    /// <returns>False: the connection ended first.</returns>
    public async Task<bool> ReadAsync(Func<char, bool> enough)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            while (true)
            {
                var count = await socket.ReceiveAsync(buffer, deadline.Token);
                if (count == 0) break;
                received.Write(buffer.AsSpan(0, count));
                if (Take(enough)) return true;
            }
        }
        catch (SocketException)
        {
            // Reset, because we were still talking: the last words may be lost with it.
            return false;
        }

        // Values stream: one that the target breaks off is broken off to us, with nothing of the gateway's in it.
        if (received.WrittenCount == 0) return false;
        "Dd".ShouldContain((char)received.WrittenSpan[0], "the gateway's last message is not whole");
        // The target's own last words may well be in there, taken for a part of the value; they never have a code of class 08.
        received.WrittenSpan.IndexOf("\0C08"u8).ShouldBe(-1);
        return false;
    }

    private bool Take(Func<char, bool> enough)
    {
        var rest = new ReadOnlySequence<byte>(received.WrittenMemory);
        var found = false;
        while (!found && PostgresFrame.TryRead(ref rest, int.MaxValue, out var frame) == FrameRead.Whole)
        {
            Heard++;
            "RKSZEN1A23tnTDCIsVGHWdcv".ShouldContain((char)frame.Type);
            if (frame.Type == BackendType.ErrorResponse) LastError = PostgresDiagnostic.Read(frame.Body.ToArray());
            found = enough((char)frame.Type);
        }

        var left = rest.ToArray();
        received.ResetWrittenCount();
        received.Write(left);
        return found;
    }

    public void Dispose() => socket.Dispose();
}
