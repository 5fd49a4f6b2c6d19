using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Hoop.Cli.Doctor;

/// <summary>Logs in to a target as any Postgres client does: TLS, then the token as the password. Runs no statement.</summary>
internal sealed class PostgresProbe(string address, string target, string principal, string? token)
{
    private const int SslRequest = 80877103;
    private const int Protocol30 = 196608;
    private const int MaxMessage = 1 << 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public async Task<IReadOnlyList<Check>> RunAsync(CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Patience);
        var done = new List<Check>();
        var at = "postgres";
        try
        {
            using var socket = new TcpClient();
            var colon = address.LastIndexOf(':');
            await socket.ConnectAsync(address[..colon].Trim('[', ']'), int.Parse(address.AsSpan(colon + 1)), deadline.Token);
            done.Add(Check.Good(at, $"{address} answers"));
            at = "tls";
            await using var stream = await SecureAsync(socket.GetStream(), deadline.Token);
            done.Add(Check.Good(at, $"{stream.SslProtocol} (the certificate is not checked here)"));
            at = "log-in";
            if (token is null) done.Add(Check.Bad(at, "not tried without a token", "see the lines above"));
            else done.Add(await LogInAsync(stream, deadline.Token));
        }
        catch (Exception e) when (e is SocketException or IOException or System.Security.Authentication.AuthenticationException or InvalidDataException or FormatException)
        {
            done.Add(Check.Bad(at, $"{address}: {e.Message}", "look at the log of ingress on the status page"));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            done.Add(Check.Bad(at, $"{address} took longer than {Patience.TotalSeconds:0} s", "look at the log of ingress on the status page"));
        }
        return done;
    }

    private static async Task<SslStream> SecureAsync(NetworkStream plain, CancellationToken cancel)
    {
        var request = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(request, 8);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(4), SslRequest);
        await plain.WriteAsync(request, cancel);
        var answer = new byte[1];
        await plain.ReadExactlyAsync(answer, cancel);
        if (answer[0] != 'S') throw new InvalidDataException("TLS is not offered");
        var secure = new SslStream(plain);
        // A development certificate is signed by nobody; whether a client trusts it is the client's setting (sslmode).
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true }, cancel);
        return secure;
    }

    private async Task<Check> LogInAsync(Stream stream, CancellationToken cancel)
    {
        await SendAsync(stream, null, [.. Int(Protocol30), .. Text("user"), .. Text(principal), .. Text("database"), .. Text(target), .. Text("application_name"), .. Text("hoop doctor"), 0], cancel);
        while (true)
        {
            var (type, body) = await ReceiveAsync(stream, cancel);
            switch (type)
            {
                case 'R' when Code(body) == 0: break;
                case 'R' when Code(body) == 3: await SendAsync(stream, 'p', Text(token!), cancel); break;
                case 'R': return Check.Bad("log-in", "the server asks for another kind of password", "is this address Hoop's?");
                case 'E': return Check.Bad("log-in", $"{target}: {Field(body, 'M')}", Field(body, 'H') is { Length: > 0 } hint ? hint : "check target, roles and policies in hoop.yaml");
                case 'Z':
                    await SendAsync(stream, 'X', [], cancel);
                    return Check.Good("log-in", $"{principal} may use {target}");
                default: break;
            }
        }
    }

    private static async Task SendAsync(Stream stream, char? type, byte[] body, CancellationToken cancel)
    {
        byte[] message = [.. type is { } t ? [(byte)t] : Array.Empty<byte>(), .. Int(body.Length + 4), .. body];
        await stream.WriteAsync(message, cancel);
        await stream.FlushAsync(cancel);
    }

    private static async Task<(char Type, byte[] Body)> ReceiveAsync(Stream stream, CancellationToken cancel)
    {
        var head = new byte[5];
        await stream.ReadExactlyAsync(head, cancel);
        var length = Code(head.AsSpan(1)) - 4;
        if (length is < 0 or > MaxMessage) throw new InvalidDataException("the answer is not the Postgres protocol");
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, cancel);
        return ((char)head[0], body);
    }

    private static string Field(byte[] body, char wanted)
    {
        foreach (var field in Encoding.UTF8.GetString(body).Split('\0'))
            if (field.Length > 0 && field[0] == wanted) return field[1..];
        return "";
    }

    private static int Code(ReadOnlySpan<byte> body) => body.Length < 4 ? -1 : BinaryPrimitives.ReadInt32BigEndian(body);

    private static byte[] Int(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];
}
