using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Hoop.Ingress.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Transport;

public sealed class LoopConnectionTests : IAsyncDisposable
{
    private readonly LoopRig rig = new();

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(40_000)]
    [InlineData(3_000_000)]
    public async Task Every_byte_comes_back_however_it_is_cut(int size)
    {
        var (server, client) = await rig.ConnectAsync();
        var echo = server.Loop.RunAsync(() => EchoAsync(server, new Random(size)));
        var said = new byte[size];
        new Random(1).NextBytes(said);
        var heard = new byte[size];
        var send = Task.Run(async () =>
        {
            var random = new Random(2);
            for (var at = 0; at < size;) at += await client.SendAsync(said.AsMemory(at, Math.Min(size - at, random.Next(1, 70_000))));
            client.Shutdown(SocketShutdown.Send);
        });
        for (var at = 0; at < size;)
        {
            var count = await client.ReceiveAsync(heard.AsMemory(at)).AsTask().WaitAsync(LoopRig.Patience);
            count.ShouldBeGreaterThan(0);
            at += count;
        }

        heard.AsSpan().SequenceEqual(said).ShouldBeTrue();
        await Task.WhenAll(send, echo).WaitAsync(LoopRig.Patience);
    }

    [Fact]
    public async Task A_flush_waits_for_a_client_that_does_not_read_and_ends_with_it()
    {
        var (server, client) = await rig.ConnectAsync();
        var flush = server.Loop.RunAsync(async () =>
        {
            server.Transport.Output.Write(new byte[64 << 20]);
            (await server.Transport.Output.FlushAsync()).IsCompleted.ShouldBeTrue();
        });
        // Something has arrived: it is on its way, and can not be done.
        await client.ReceiveAsync(new byte[1]);
        flush.IsCompleted.ShouldBeFalse();
        client.Close(0);
        await flush.WaitAsync(LoopRig.Patience);
    }

    [Fact]
    public async Task A_read_is_cancelled_by_whoever_asks_and_goes_on_afterwards()
    {
        var (server, client) = await rig.ConnectAsync();
        await server.Loop.RunAsync(async () =>
        {
            var read = server.Transport.Input.ReadAsync();
            _ = Task.Run(server.Transport.Input.CancelPendingRead);
            var cancelled = await read;
            cancelled.IsCanceled.ShouldBeTrue();
            server.Transport.Input.AdvanceTo(cancelled.Buffer.End);

            using var source = new CancellationTokenSource();
            var waiting = server.Transport.Input.ReadAsync(source.Token).AsTask();
            _ = Task.Run(source.Cancel);
            await Should.ThrowAsync<OperationCanceledException>(() => waiting);

            await client.SendAsync(new byte[] { 7 });
            var read2 = await server.Transport.Input.ReadAsync();
            read2.Buffer.FirstSpan[0].ShouldBe((byte)7);
            server.Transport.Input.AdvanceTo(read2.Buffer.End);
        }).WaitAsync(LoopRig.Patience);
    }

    [Fact]
    public async Task What_is_examined_but_not_consumed_comes_again_with_more()
    {
        var (server, client) = await rig.ConnectAsync();
        var sent = Enumerable.Range(0, 100_000).Select(i => (byte)i).ToArray();
        _ = client.SendAsync(sent);
        await server.Loop.RunAsync(async () =>
        {
            var input = server.Transport.Input;
            ReadResult read;
            while ((read = await input.ReadAsync()).Buffer.Length < sent.Length) input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read.Buffer.ToArray().ShouldBe(sent);
            // In the middle of a buffer, then at once again: nothing is waited for.
            input.AdvanceTo(read.Buffer.GetPosition(33_000));
            read = await input.ReadAsync();
            read.Buffer.ToArray().ShouldBe(sent[33_000..]);
            input.AdvanceTo(read.Buffer.End);
        }).WaitAsync(LoopRig.Patience);
    }

    [Fact]
    public async Task A_reset_connection_fails_the_read_and_tells_who_listens()
    {
        var (server, client) = await rig.ConnectAsync();
        var closed = new TaskCompletionSource();
        using var _ = server.ConnectionClosed.Register(closed.SetResult);
        client.Close(0);
        await server.Loop.RunAsync(() => Should.ThrowAsync<IOException>(async () => await server.Transport.Input.ReadAsync())).WaitAsync(LoopRig.Patience);
        await closed.Task.WaitAsync(LoopRig.Patience);
    }

    [Fact]
    public async Task Last_words_are_heard_by_a_client_that_was_still_talking()
    {
        var (server, client) = await rig.ConnectAsync();
        await client.SendAsync(new byte[200_000]);
        await server.Loop.RunAsync(async () =>
        {
            server.Transport.Output.Write("goodbye"u8);
            await server.Transport.Output.FlushAsync();
        });
        var closing = server.DisposeAsync().AsTask();
        var heard = new byte[100];
        (await client.ReceiveAsync(heard)).ShouldBe(7);
        (await client.ReceiveAsync(heard)).ShouldBe(0);
        client.Close();
        await closing.WaitAsync(LoopRig.Patience);
    }

    [Fact]
    public async Task Code_that_is_not_on_the_loop_reads_and_writes_too()
    {
        var (server, client) = await rig.ConnectAsync();
        var echo = Task.Run(() => EchoAsync(server, new Random(3)));
        for (var i = 0; i < 100; i++)
        {
            await client.SendAsync(new byte[] { (byte)i });
            var heard = new byte[1];
            await client.ReceiveAsync(heard).WaitAsync(LoopRig.Patience);
            heard[0].ShouldBe((byte)i);
        }

        client.Close();
        await echo.WaitAsync(LoopRig.Patience);
    }

    [Fact]
    public async Task One_that_never_stops_sending_does_not_keep_the_others_waiting()
    {
        await using var one = new LoopRig(loops: 1);
        var (flooded, flooder) = await one.ConnectAsync();
        var sink = flooded.Loop.RunAsync(async () =>
        {
            while (true)
            {
                var read = await flooded.Transport.Input.ReadAsync();
                flooded.Transport.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return;
            }
        });
        using var stop = new CancellationTokenSource();
        var flood = Task.Run(async () =>
        {
            var bytes = new byte[1 << 20];
            while (!stop.IsCancellationRequested) await flooder.SendAsync(bytes);
            flooder.Close();
        });
        var (server, client) = await one.ConnectAsync();
        var echo = server.Loop.RunAsync(() => EchoAsync(server, new Random(4)));
        for (var i = 0; i < 100; i++)
        {
            await client.SendAsync(new byte[] { 1 });
            (await client.ReceiveAsync(new byte[1]).WaitAsync(LoopRig.Patience)).ShouldBe(1);
        }

        await stop.CancelAsync();
        await Task.WhenAll(flood, sink).WaitAsync(LoopRig.Patience);
        client.Close();
        await echo.WaitAsync(LoopRig.Patience);
    }

    [Fact]
    public async Task Sessions_are_spread_over_the_loops()
    {
        var connections = new List<LoopConnection>();
        for (var i = 0; i < 10; i++) connections.Add((await rig.ConnectAsync()).Server);
        connections.GroupBy(c => c.Loop).Select(g => g.Count()).ShouldBe([5, 5]);
        foreach (var connection in connections) connection.Abort();
        foreach (var connection in connections) await connection.DisposeAsync();
        connections.ShouldAllBe(c => c.Loop.Sessions == 0);
    }

    [Fact]
    public void A_port_that_is_taken_is_told_as_such() =>
        Should.Throw<AddressInUseException>(() => new LoopListener(rig.Endpoint, rig.Loops, TimeProvider.System, NullLogger.Instance));

    [Fact]
    public async Task A_loop_connects_or_says_why_not()
    {
        var loop = rig.Loops.First;
        await loop.RunAsync(async () =>
        {
            var socket = await LoopSocket.ConnectAsync(loop, rig.Endpoint, CancellationToken.None);
            var server = await rig.AcceptAsync();
            socket.Output.Write("x"u8);
            await socket.Output.FlushAsync();
            await server.Loop.RunAsync(async () => (await server.Transport.Input.ReadAsync()).Buffer.Length.ShouldBe(1));
            await socket.DisposeAsync();
            await server.DisposeAsync();
        }).WaitAsync(LoopRig.Patience);

        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var e = await Should.ThrowAsync<SocketException>(() => loop.RunAsync(() => LoopSocket.ConnectAsync(loop, (IPEndPoint)nobody.LocalEndPoint!, CancellationToken.None)));
        e.SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    private static async Task EchoAsync(ConnectionContext connection, Random random)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        while (true)
        {
            ReadResult read;
            try
            {
                read = await input.ReadAsync();
            }
            catch (IOException)
            {
                break;
            }

            var part = read.Buffer.Slice(0, random.NextInt64(read.Buffer.Length + 1));
            foreach (var bytes in part) output.Write(bytes.Span);
            input.AdvanceTo(part.End);
            await output.FlushAsync();
            if (read.IsCompleted && read.Buffer.IsEmpty) break;
        }

        await connection.DisposeAsync();
    }
}
