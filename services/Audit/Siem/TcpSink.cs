using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Siem;

/// <summary>
/// A stream to a receiver that never answers. What it had before a connection broke is not known, so the batch sent last is sent again
/// over the next one, before anything new.
/// </summary>
internal sealed class TcpSink(SiemSinkOptions options, Action<JournalEvent, IBufferWriter<byte>> write) : ISiemSink
{
    private TcpClient? client;
    private Stream? stream;
    private byte[] last = [];

    public async Task SendAsync(IReadOnlyList<JournalEvent> events, CancellationToken cancel)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var e in events)
            write(e, output);
        try
        {
            var (open, anew) = await OpenAsync(cancel);
            if (anew && last.Length > 0)
                await open.WriteAsync(last, cancel);
            await open.WriteAsync(output.WrittenMemory, cancel);
            await open.FlushAsync(cancel);
            last = output.WrittenSpan.ToArray();
        }
        catch
        {
            await CloseAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async Task<(Stream Stream, bool Anew)> OpenAsync(CancellationToken cancel)
    {
        if (stream is not null && IsOpen(client!.Client))
            return (stream, false);
        await CloseAsync();
        client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(options.Url.Host, options.Url.Port, cancel);
        stream = client.GetStream();
        if (options.Transport == "tls")
        {
            var tls = new SslStream(stream);
            stream = tls;
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = options.Url.Host }, cancel);
        }

        return (stream, true);
    }

    // Such receivers send nothing: when there is something to read, it is the end.
    private static bool IsOpen(Socket socket) => !(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0);

    private async ValueTask CloseAsync()
    {
        if (stream is not null)
            await stream.DisposeAsync();
        client?.Dispose();
        (client, stream) = (null, null);
    }
}
