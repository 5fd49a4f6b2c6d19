using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hoop.Approval.Tests.Rigs;

/// <summary>An SMTP server that takes every mail and knows no TLS.</summary>
public sealed class FakeMailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _mails = new();
    private Task _accepting = Task.CompletedTask;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Each as it came, headers and body; base64 bodies and subjects read.</summary>
    public IReadOnlyList<string> Mails => [.. _mails];

    public static FakeMailServer Start()
    {
        var server = new FakeMailServer();
        server._listener.Start();
        server._accepting = server.AcceptAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true) _ = TalkAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
            await using var writer = new StreamWriter(client.GetStream(), Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
            await writer.WriteLineAsync("220 test");
            while (await reader.ReadLineAsync(_stop.Token) is { } line)
            {
                var verb = line.Split(' ')[0].ToUpperInvariant();
                if (verb == "DATA") await TakeAsync(reader, writer);
                else await writer.WriteLineAsync(verb switch { "EHLO" => "250 test", "QUIT" => "221 bye", _ => "250 ok" });
                if (verb == "QUIT") return;
            }
        }
    }

    private async Task TakeAsync(StreamReader reader, StreamWriter writer)
    {
        await writer.WriteLineAsync("354 go on");
        var mail = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { } line and not ".") mail.Append(line).Append('\n');
        _mails.Enqueue(Readable(mail.ToString()));
        await writer.WriteLineAsync("250 ok");
    }

    private static string Readable(string mail)
    {
        var parts = mail.Split("\n\n", 2);
        var body = parts[0].Contains("base64", StringComparison.OrdinalIgnoreCase) && !parts[0].Contains("quoted-printable", StringComparison.OrdinalIgnoreCase)
            ? Encoding.UTF8.GetString(Convert.FromBase64String(parts[1].Replace("\n", "")))
            : parts[1].Replace("=\n", "");
        return $"{parts[0]}\n\n{body}";
    }
}
