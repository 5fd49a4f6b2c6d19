using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Hoop.Ingress.Transport;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Microsoft.AspNetCore.Connections;

namespace Hoop.Ingress.Protocols.Postgres.Startup;

/// <summary>
/// From the first byte to the start-up parameters: TLS by SSLRequest or directly, GSS declined, one StartupMessage or CancelRequest.
/// <see href="https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP"/>
/// </summary>
internal sealed class PostgresStartup(ConnectionContext connection, ServerCertificate certificate)
{
    private const int MaxPacket = 10_000;
    private const byte TlsHandshake = 0x16;
    private static readonly SslApplicationProtocol Alpn = new("postgresql");

    private bool declinedGss;

    /// <summary>Where a message to the client goes, at any moment of the start-up.</summary>
    public ClientConnection Client { get; private set; } = Plain(connection);

    /// <returns>The start-up parameters or a cancel request; null when the client left before it said anything.</returns>
    public async Task<StartupPacket?> RunAsync(CancellationToken deadline)
    {
        if (await StartsWithTlsAsync(deadline) is not { } direct) return null;
        if (direct) await UpgradeAsync(requireAlpn: true, deadline);

        while (true)
        {
            if (await ReadPacketAsync(deadline) is not { } packet) return null;
            switch (packet.Kind)
            {
                case StartupKind.Ssl when !Client.Encrypted:
                    await AnswerAsync((byte)'S', deadline);
                    await UpgradeAsync(requireAlpn: false, deadline);
                    break;
                case StartupKind.Gss when !Client.Encrypted && !declinedGss:
                    declinedGss = true;
                    await AnswerAsync((byte)'N', deadline);
                    break;
                case StartupKind.Startup or StartupKind.Cancel: return packet;
                case StartupKind.Unsupported:
                    throw new PostgresRefusedException(
                        PostgresDiagnostic.Create("FATAL", "0A000", $"unsupported frontend protocol {packet.Version >> 16}.{packet.Version & 0xFFFF}: this gateway speaks 3.0"),
                        "unsupported protocol version");
                default: throw PostgresRefusedException.Protocol("encryption was asked for twice");
            }
        }
    }

    private async ValueTask<bool?> StartsWithTlsAsync(CancellationToken deadline)
    {
        var read = await Client.Input.ReadAsync(deadline);
        bool? tls = read.Buffer.IsEmpty ? null : read.Buffer.FirstSpan[0] == TlsHandshake;
        Client.Input.AdvanceTo(read.Buffer.Start);
        return tls;
    }

    private async ValueTask<StartupPacket?> ReadPacketAsync(CancellationToken deadline)
    {
        while (true)
        {
            var read = await Client.Input.ReadAsync(deadline);
            var buffer = read.Buffer;
            var empty = buffer.IsEmpty;
            var packet = TryRead(ref buffer);
            Client.Input.AdvanceTo(buffer.Start, packet is null ? buffer.End : buffer.Start);
            if (packet is not null) return packet;
            if (read.IsCompleted) return empty ? null : throw PostgresRefusedException.Protocol("the connection ended within the start-up packet");
        }
    }

    private static StartupPacket? TryRead(ref ReadOnlySequence<byte> buffer)
    {
        switch (PostgresFrame.TryReadStartup(ref buffer, MaxPacket, out var body))
        {
            case FrameRead.Incomplete: return null;
            case FrameRead.TooLong: throw PostgresRefusedException.Protocol("invalid length of startup packet: this port speaks the PostgreSQL protocol");
        }

        using var whole = new PostgresBody(body);
        var packet = StartupPacket.Read(whole.Span);
        // What follows a request for encryption in plaintext could be smuggled in front of the encrypted session (CVE-2021-23214).
        if (packet.Kind is (StartupKind.Ssl or StartupKind.Gss) && !buffer.IsEmpty)
            throw PostgresRefusedException.Protocol("received unencrypted data after an encryption request");
        return packet;
    }

    private async ValueTask AnswerAsync(byte answer, CancellationToken deadline)
    {
        Client.Output.WriteByte(answer);
        await Client.Output.FlushAsync(deadline);
    }

    private async ValueTask UpgradeAsync(bool requireAlpn, CancellationToken deadline)
    {
        var tls = new SslStream(new DuplexPipeStream(connection.Transport));
        try
        {
            await tls.AuthenticateAsServerAsync(Options(requireAlpn), deadline);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await tls.DisposeAsync();
            throw new ConnectionAbortedException("TLS handshake failed", e);
        }

        Client = Client with
        {
            Encrypted = true,
            Input = PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true, useZeroByteReads: true)),
            Output = PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true)),
        };
        if (requireAlpn && tls.NegotiatedApplicationProtocol != Alpn) throw PostgresRefusedException.Protocol("direct TLS without ALPN protocol postgresql");
    }

    private SslServerAuthenticationOptions Options(bool requireAlpn) => new()
    {
        ServerCertificateContext = certificate.Context,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = requireAlpn ? [Alpn] : null,
    };

    private static ClientConnection Plain(ConnectionContext connection)
    {
        var remote = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var local = (connection.LocalEndPoint as IPEndPoint)?.Address;
        var loopback = remote is not null && local is not null && IPAddress.IsLoopback(remote) && IPAddress.IsLoopback(local);
        return new ClientConnection(connection.Transport.Input, connection.Transport.Output, false, loopback, connection.RemoteEndPoint?.ToString() ?? "unknown");
    }
}
