using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hoop.Contracts.Documents;
using Hoop.Ingress.Transport;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>TLS to the target, as its document demands: <c>disable</c>, <c>require</c>, <c>verify-ca</c>, <c>verify-full</c>.</summary>
internal static class TargetTls
{
    internal static async ValueTask<TargetConnection> UpgradeAsync(TargetConnection connection, TargetDocument target, CancellationToken cancel)
    {
        if (target.Tls == "disable") return connection;

        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        StartupPacket.WriteSslRequest(output);
        await output.FlushAsync(cancel);
        var answer = await input.ReadAsync(cancel);
        if (answer.Buffer.IsEmpty) throw new IOException("closed during log-in");
        var offered = answer.Buffer.FirstSpan[0] == 'S';
        // Exactly one byte: anything sent before the handshake would be plaintext taken for encrypted data.
        if (offered && answer.Buffer.Length > 1) throw new PostgresWireException("data before the TLS handshake");
        input.AdvanceTo(answer.Buffer.GetPosition(1));
        if (!offered) throw new TargetUnavailableException("08001", $"the target does not offer TLS, which its setting tls: {target.Tls} demands");

        var tls = new SslStream(new DuplexPipeStream(connection.Transport));
        try
        {
            await tls.AuthenticateAsClientAsync(Options(connection.Host, target), cancel);
            return TargetConnection.Over(tls, connection.Host, connection.Owner);
        }
        catch (AuthenticationException e)
        {
            await tls.DisposeAsync();
            throw new TargetUnavailableException("08001", $"the target's certificate does not satisfy its setting tls: {target.Tls}", e);
        }
    }

    private static SslClientAuthenticationOptions Options(string host, TargetDocument target)
    {
        var authorities = target.CaFile is null ? null : LoadAuthorities(target.CaFile);
        return new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, certificate, _, errors) => target.Tls switch
            {
                "require" => true,
                "verify-ca" => IsTrusted(certificate, authorities, errors & ~SslPolicyErrors.RemoteCertificateNameMismatch),
                _ => IsTrusted(certificate, authorities, errors),
            },
        };
    }

    private static bool IsTrusted(X509Certificate? certificate, X509Certificate2Collection? authorities, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || authorities is null || certificate is not X509Certificate2 server) return false;

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        return chain.Build(server);
    }

    private static X509Certificate2Collection LoadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new TargetUnavailableException("08001", $"the target's caFile {path} cannot be read", e);
        }
        return authorities;
    }
}
