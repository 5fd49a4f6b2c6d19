using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing.Wire;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Hostile;

/// <summary>
/// A server that answers as it should, except that some of what it says is spoilt: from a seed, which is the client's application name.
/// To any other it is well.
/// </summary>
internal sealed class HostileTarget : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<int, Socket> open = new();
    private readonly ConcurrentDictionary<string, int> said = new();
    private int sessions;

    public HostileTarget()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

    /// <summary>Messages that went out to the client of this application name; asked once.</summary>
    public int Said(string name) => said.TryRemove(name, out var count) ? count : 0;

    public int Open => open.Count;

    /// <summary>Spoils the answer to a client's message.</summary>
    public required Action<Noise, List<byte[]>> Spoil { get; init; }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        var id = Interlocked.Increment(ref sessions);
        open[id] = socket;
        var peer = new WirePeer(new NetworkStream(socket, ownsSocket: true), TimeSpan.FromMinutes(2));
        try
        {
            if (await peer.ReadStartupAsync() is not { Kind: StartupKind.Startup } packet) return;
            await peer.SendAsync(TargetTalk.LogIn(id));
            var name = packet.Parameters.GetValueOrDefault("application_name", "");
            var noise = int.TryParse(name, out var seed) ? new Noise(seed) : null;
            while (await peer.ReadAsync() is { Type: not 'X' } message)
            {
                var answer = TargetTalk.Answer(message.Type, message.Text);
                if (noise is not null) Spoil(noise, answer);
                said.AddOrUpdate(name, answer.Count, (_, before) => before + answer.Count);
                if (answer.Count > 0) await peer.SendAsync(answer.SelectMany(bytes => bytes).ToArray());
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or Hoop.Ingress.Wire.Postgres.PostgresWireException)
        {
            // The gateway has left.
        }
        finally
        {
            open.TryRemove(id, out _);
            await peer.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        listener.Dispose();
        foreach (var socket in open.Values) socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
