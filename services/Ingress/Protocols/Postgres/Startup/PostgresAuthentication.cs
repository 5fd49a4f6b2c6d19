using System.Buffers;
using System.Text;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Startup;

/// <summary>Who asks, and for which target: the password is the access token, the database names the target.</summary>
internal sealed class PostgresAuthentication(ClientConnection client, StartupPacket startup, IGate gate)
{
    private const int Version30 = 3 << 16;
    private const int MaxPassword = 16 * 1024;

    /// <exception cref="PostgresRefusedException">With the one message for the client.</exception>
    public async Task<IGateSession> RunAsync(CancellationToken deadline)
    {
        Negotiate();
        CheckParameters();
        var token = await ReadTokenAsync(deadline);
        var (principal, refusal) = await gate.AuthenticateAsync(token.Reveal(), deadline);
        if (principal is null) throw Refused(refusal!);

        var driver = startup.Parameters.GetValueOrDefault("application_name");
        var info = new ClientInfo(client.Address, client.Encrypted, string.IsNullOrEmpty(driver) ? null : driver);
        var target = startup.Parameters.GetValueOrDefault("database") ?? startup.Parameters["user"];
        (var session, refusal) = await gate.OpenAsync(principal, target, info, deadline);
        return session ?? throw Refused(refusal!);
    }

    private void Negotiate()
    {
        var unknown = startup.Parameters.Keys.Where(name => name.StartsWith("_pq_.", StringComparison.Ordinal)).ToList();
        if (startup.Minor > 0 || unknown.Count > 0) NegotiateProtocolVersion.Write(client.Output, Version30, unknown);
    }

    private void CheckParameters()
    {
        if (!startup.Parameters.TryGetValue("user", out var user) || user.Length == 0)
            throw Fatal("28000", "no PostgreSQL user name specified in startup packet");
        if (!client.Encrypted && !client.Loopback)
            throw Fatal("28000", "an access token is only taken over TLS", "Connect with sslmode=require.");
    }

    private async Task<Secret> ReadTokenAsync(CancellationToken deadline)
    {
        Authentication.Write(client.Output, AuthenticationKind.Cleartext);
        await client.Output.FlushAsync(deadline);
        while (true)
        {
            var read = await client.Input.ReadAsync(deadline);
            var buffer = read.Buffer;
            var token = TryRead(ref buffer);
            client.Input.AdvanceTo(buffer.Start, token is null ? buffer.End : buffer.Start);
            if (token is not null) return token;
            // psql without a password leaves here and comes back with one.
            if (read.IsCompleted) throw new PostgresRefusedException(PostgresDiagnostic.Create("FATAL", "08006", "the connection ended before the password"), "client closed");
        }
    }

    private static Secret? TryRead(ref ReadOnlySequence<byte> buffer)
    {
        if (PostgresFrame.TryReadHeader(buffer, out var type, out _) && type != FrontendType.Password)
            throw PostgresRefusedException.Protocol("expected the password");
        switch (PostgresFrame.TryRead(ref buffer, MaxPassword + 1, out var frame))
        {
            case FrameRead.Incomplete: return null;
            case FrameRead.TooLong: throw Fatal("28P01", "the password is longer than any access token (16 KiB)");
        }

        using var body = new PostgresBody(frame.Body);
        var reader = new PostgresFieldReader(body.Span);
        var token = Encoding.UTF8.GetString(reader.ReadCString());
        reader.End();
        return new Secret(token);
    }

    private static PostgresRefusedException Refused(Refusal refusal) => new(PostgresVoice.Refused(refusal, "FATAL"), refusal.Message);

    private static PostgresRefusedException Fatal(string state, string message, string? hint = null) =>
        new(PostgresDiagnostic.Create("FATAL", state, message, hint: hint), message);
}
