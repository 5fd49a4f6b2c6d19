using System.Net;
using System.Net.Sockets;

namespace Hoop.AppHost.Local.Recipes;

/// <summary>Asks a server a question of its own protocol: an open port alone says little.</summary>
static class Probes
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Deadline }) { Timeout = Deadline };

    public static async Task<bool> HttpAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException || IsOurDeadline(e, cancellationToken))
        {
            return false;
        }
    }

    /// <summary>An SSLRequest is answered with one byte, S or N.</summary>
    public static Task<bool> PostgresAsync(int port, CancellationToken cancellationToken) =>
        AskAsync(port, [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f], answer => answer[0] is (byte)'S' or (byte)'N', cancellationToken);

    /// <summary>A PING without a password is answered with an error reply, with one or not.</summary>
    public static Task<bool> RedisAsync(int port, CancellationToken cancellationToken) =>
        AskAsync(port, "PING\r\n"u8.ToArray(), answer => answer.StartsWith("-NOAUTH"u8) || answer.StartsWith("+PONG"u8), cancellationToken);

    /// <summary>The AMQP header is answered with Connection.Start, which lists the server's capabilities.</summary>
    public static Task<bool> AmqpAsync(int port, CancellationToken cancellationToken) =>
        AskAsync(port, [.. "AMQP"u8, 0, 0, 9, 1], answer => answer.IndexOf("capabilities"u8) >= 0, cancellationToken);

    /// <summary>Whether somebody listens, seen from outside: a connection would be one more client for it to serve.</summary>
    public static bool Listens(int port)
    {
        var listening = $":{port:X4} 00000000:0000 0A ";
        return File.ReadLines("/proc/net/tcp").Any(line => line.Contains(listening, StringComparison.Ordinal));
    }

    static async Task<bool> AskAsync(int port, byte[] question, Answer isExpected, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
            await using var stream = client.GetStream();
            await stream.WriteAsync(question, deadline.Token);
            var answer = new byte[512];
            var length = await stream.ReadAsync(answer, deadline.Token);
            return length > 0 && isExpected(answer.AsSpan(0, length));
        }
        catch (Exception e) when (e is SocketException or IOException || IsOurDeadline(e, cancellationToken))
        {
            return false;
        }
    }

    static bool IsOurDeadline(Exception e, CancellationToken cancellationToken) =>
        e is OperationCanceledException && !cancellationToken.IsCancellationRequested;

    delegate bool Answer(ReadOnlySpan<byte> answer);
}
