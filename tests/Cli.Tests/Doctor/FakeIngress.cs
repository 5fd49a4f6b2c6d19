using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Hoop.Cli.Tests.Doctor;

/// <summary>A Postgres listener that offers TLS, asks for a password and answers as told.</summary>
internal sealed class FakeIngress : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate = SelfSigned();
    private readonly byte[] _answer;
    private readonly bool _tls;
    private readonly Task _serving;

    private FakeIngress(byte[] answer, bool tls)
    {
        (_answer, _tls) = (answer, tls);
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public string Password { get; private set; } = "";

    public static FakeIngress ThatAccepts() => new([.. Message('R', [0, 0, 0, 0]), .. Message('S', "a\0b\0"u8), .. Message('Z', "I"u8)], tls: true);

    public static FakeIngress ThatRefuses(string message, string hint) => new(Message('E', Encoding.UTF8.GetBytes($"SFATAL\0C28000\0M{message}\0H{hint}\0\0")), tls: true);

    public static FakeIngress WithoutTls() => new([], tls: false);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync();
            var plain = client.GetStream();
            await plain.ReadExactlyAsync(new byte[8]);
            await plain.WriteAsync(_tls ? "S"u8.ToArray() : "N"u8.ToArray());
            if (!_tls) return;
            await using var stream = new SslStream(plain);
            await stream.AuthenticateAsServerAsync(_certificate);
            await ReadAsync(stream);
            await stream.WriteAsync(Message('R', [0, 0, 0, 3]));
            await stream.ReadExactlyAsync(new byte[1]);
            Password = Encoding.UTF8.GetString(await ReadAsync(stream)).TrimEnd('\0');
            await stream.WriteAsync(_answer);
            while (await stream.ReadAsync(new byte[64]) > 0) { }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        var length = new byte[4];
        await stream.ReadExactlyAsync(length);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
        await stream.ReadExactlyAsync(body);
        return body;
    }

    private static byte[] Message(char type, ReadOnlySpan<byte> body)
    {
        var message = new byte[5 + body.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), body.Length + 4);
        body.CopyTo(message.AsSpan(5));
        return message;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var from = TimeProvider.System.GetUtcNow().AddHours(-1);
        using var certificate = request.CreateSelfSigned(from, from.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
