using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Testing.Wire;

/// <summary>
/// The server's end of a gateway, played by the test: <c>await server.ExpectAsync('Q')</c>, <c>await server.ReplyAsync(…)</c>.
/// Log-in is answered by itself; the gateway's own question for the names is answered by itself too.
/// </summary>
public sealed class FakePostgresServer : IAsyncDisposable
{
    public const int ProcessId = 4711;
    public static readonly byte[] Secret = [9, 8, 7, 6];

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly TaskCompletionSource<WirePeer> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<StartupPacket> cancel = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> seen = new();
    private readonly Channel<WireMessage> arrived = Channel.CreateUnbounded<WireMessage>();

    private int questions;

    public FakePostgresServer()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

    /// <summary>The start-up parameters the gateway logged in with.</summary>
    public IReadOnlyDictionary<string, string> Startup { get; private set; } = new Dictionary<string, string>();

    /// <summary>Every message of the client's that arrived, in short form, the gateway's own left out.</summary>
    public IReadOnlyCollection<string> Seen => seen;

    /// <summary>How often the gateway asked for the names by itself.</summary>
    public int Questions => questions;

    /// <summary>The CancelRequest that arrived on a connection of its own.</summary>
    public Task<StartupPacket> Cancelled => cancel.Task;

    /// <summary>A cancel takes until this ends.</summary>
    public Task CancelTakes { get; set; } = Task.CompletedTask;

    public byte TransactionStatus { get; set; } = ReadyForQuery.Idle;

    /// <summary>Waits for the next message, which must be of this type.</summary>
    public async Task<WireMessage> ExpectAsync(char type)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var message = await arrived.Reader.ReadAsync(patience.Token);
        return message.Type == type ? message : throw new InvalidOperationException($"expected '{type}' but got {message.Type}: {message.Text}");
    }

    public async Task ReplyAsync(Action<System.Buffers.IBufferWriter<byte>> write) => await (await accepted.Task).SendAsync(write);

    public Task ReplyReadyAsync() => ReplyAsync(output => ReadyForQuery.Write(output, TransactionStatus));

    /// <summary>The answer to a simple query without rows.</summary>
    public Task ReplyCompleteAsync(string tag) => ReplyAsync(output =>
    {
        CommandComplete.Write(output, tag);
        ReadyForQuery.Write(output, TransactionStatus);
    });

    public Task ReplyErrorAsync(string state, string message) => ReplyAsync(output => PostgresDiagnostic.Create("ERROR", state, message).Write(output, BackendType.ErrorResponse));

    public async Task CloseAsync() => await (await accepted.Task).DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        if (accepted.Task.IsCompletedSuccessfully) await (await accepted.Task).DisposeAsync();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var peer = new WirePeer(new NetworkStream(await listener.AcceptAsync(), ownsSocket: true));
                if (await peer.ReadStartupAsync() is not { } packet) continue;
                if (packet.Kind == StartupKind.Cancel)
                {
                    cancel.TrySetResult(packet);
                    await CancelTakes;
                    await peer.DisposeAsync();
                    continue;
                }

                Startup = packet.Parameters;
                await peer.SendAsync(LogIn);
                accepted.TrySetResult(peer);
                _ = ReadAsync(peer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ReadAsync(WirePeer peer)
    {
        try
        {
            while (await peer.ReadAsync() is { } message)
            {
                if (message.Type == 'P' && message.Text.Contains("current_schemas", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref questions);
                    await AnswerNamesAsync(peer);
                    continue;
                }

                seen.Enqueue($"{message.Type}:{message.Text.Replace('\0', '|')}");
                arrived.Writer.TryWrite(message);
                // As a server does. The gateway waits for it for as long as a real one may take.
                if (message.Type == 'X') break;
            }

            await peer.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The test is over.
        }

        arrived.Writer.TryComplete();
    }

    private static void LogIn(System.Buffers.IBufferWriter<byte> output)
    {
        Authentication.Write(output, AuthenticationKind.Ok);
        new ParameterStatus("client_encoding", "UTF8").Write(output);
        new ParameterStatus("standard_conforming_strings", "on").Write(output);
        new BackendKeyData(ProcessId, Secret).Write(output);
        ReadyForQuery.Write(output, ReadyForQuery.Idle);
    }

    private async Task AnswerNamesAsync(WirePeer peer)
    {
        var last = 'P';
        while (last is not ('S' or 'H')) last = (await peer.ReadAsync())!.Type;
        await peer.SendAsync(output =>
        {
            output.WriteEmpty(BackendType.ParseComplete);
            output.WriteEmpty(BackendType.BindComplete);
            DataRow.Write(output, "s", "pg_catalog", "1");
            DataRow.Write(output, "s", "public", "2");
            CommandComplete.Write(output, "SELECT 2");
            output.WriteEmpty(BackendType.CloseComplete);
            output.WriteEmpty(BackendType.CloseComplete);
        });
        if (last == 'S') await peer.SendAsync(output => ReadyForQuery.Write(output, TransactionStatus));
    }
}
