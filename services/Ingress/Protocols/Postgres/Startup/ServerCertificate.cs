using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hoop.Ingress.Protocols.Postgres.Startup;

/// <summary>The certificate this listener shows: a configured one, or a development one that is made once and kept in the data directory.</summary>
internal sealed class ServerCertificate(X509Certificate2 certificate)
{
    private const string FileName = "postgres-tls.pfx";
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365), RenewBefore = TimeSpan.FromDays(30);

    internal SslStreamCertificateContext Context { get; } = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);

    /// <param name="directory">Where the development certificate is kept; created when missing.</param>
    internal static ServerCertificate LoadOrCreate(string directory, TimeProvider clock)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, FileName);
        if (TryLoad(path, clock) is { } known) return new ServerCertificate(known);

        var pfx = Create(clock.GetUtcNow());
        var temporary = $"{path}.{Guid.NewGuid():n}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options)) file.Write(pfx);
        File.Move(temporary, path, overwrite: true);
        return new ServerCertificate(X509CertificateLoader.LoadPkcs12(pfx, null));
    }

    internal static ServerCertificate FromPem(string certificateFile, string keyFile)
    {
        using var pem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        return new ServerCertificate(X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null));
    }

    private static X509Certificate2? TryLoad(string path, TimeProvider clock)
    {
        try
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(path, null);
            return certificate.NotAfter.ToUniversalTime() - RenewBefore > clock.GetUtcNow().UtcDateTime ? certificate : null;
        }
        catch (Exception e) when (e is IOException or CryptographicException)
        {
            return null;
        }
    }

    private static byte[] Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost, O=Hoop development", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var certificate = request.CreateSelfSigned(now - TimeSpan.FromHours(1), now + Lifetime);
        return certificate.Export(X509ContentType.Pkcs12);
    }
}
