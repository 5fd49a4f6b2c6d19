using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Testing.Wire;

/// <summary>One end of a connection, message by message: the client of a gateway under test, or the server behind it.</summary>
public sealed class WirePeer : IAsyncDisposable
{
    private readonly Stream stream;
    private readonly TimeSpan patience;
    private readonly PipeReader input;

    /// <param name="patience">How long to wait for a message; 30 s unless told.</param>
    public WirePeer(Stream stream, TimeSpan? patience = null)
    {
        this.stream = stream;
        this.patience = patience ?? TimeSpan.FromSeconds(30);
        input = PipeReader.Create(stream);
    }

    public static async Task<WirePeer> ConnectAsync(IPEndPoint endpoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint);
        return new WirePeer(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Writes any number of messages and sends them at once.</summary>
    public async Task SendAsync(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        await stream.WriteAsync(output.WrittenMemory);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await stream.WriteAsync(bytes);

    public Task QueryAsync(string sql) => SendAsync(output => output.WriteStringMessage(FrontendType.Query, sql));

    /// <returns>Null when the other end has closed.</returns>
    public async Task<WireMessage?> ReadAsync()
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(limit.Token);
                var buffer = read.Buffer;
                var whole = PostgresFrame.TryRead(ref buffer, int.MaxValue, out var frame) == FrameRead.Whole;
                var message = whole ? new WireMessage((char)frame.Type, frame.Body.ToArray()) : null;
                input.AdvanceTo(buffer.Start, whole ? buffer.Start : buffer.End);
                if (whole) return message;
                if (read.IsCompleted) return null;
            }
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads up to and with a message of this type; the messages in short form.</summary>
    public async Task<List<string>> ReadUntilAsync(char type)
    {
        var seen = new List<string>();
        while (await ReadAsync() is { } message)
        {
            seen.Add(message.Short);
            if (message.Type == type) return seen;
        }

        throw new InvalidOperationException($"the connection ended before a message of type '{type}'; seen: {string.Join(' ', seen)}");
    }

    /// <summary>Simple queries one by one, and all that comes of them; the messages in short form.</summary>
    public async Task<List<string>> AskAsync(params string[] queries)
    {
        var seen = new List<string>();
        foreach (var sql in queries)
        {
            await QueryAsync(sql);
            seen.AddRange(await ReadUntilAsync('Z'));
        }

        return seen;
    }

    public async Task<StartupPacket?> ReadStartupAsync()
    {
        while (true)
        {
            var read = await input.ReadAsync();
            var buffer = read.Buffer;
            var whole = PostgresFrame.TryReadStartup(ref buffer, 10_000, out var body) == FrameRead.Whole;
            var packet = whole ? StartupPacket.Read(body.ToArray()) : null;
            input.AdvanceTo(buffer.Start, whole ? buffer.Start : buffer.End);
            if (whole) return packet;
            if (read.IsCompleted) return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await input.CompleteAsync();
        await stream.DisposeAsync();
    }
}
