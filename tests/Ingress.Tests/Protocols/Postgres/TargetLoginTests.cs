using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hoop.Contracts.Documents;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>A PostgreSQL with TLS and the older log-in methods.</summary>
public sealed class SecuredServer : IAsyncLifetime
{
    internal const string Password = "pw-of-old-users";

    private static readonly string[] Roles = ["md5_user", "clear_user"];

    private readonly string directory = Directory.CreateTempSubdirectory("hoop-tls-").FullName;

    internal PostgresServer Server { get; private set; } = null!;
    internal string Authority => Path.Combine(directory, "ca.pem");
    internal string OtherAuthority => Path.Combine(directory, "other-ca.pem");

    public async ValueTask InitializeAsync()
    {
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        using var authority = NewAuthority("CN=Hoop test authority");
        using var other = NewAuthority("CN=Another authority");
        await File.WriteAllTextAsync(Authority, authority.ExportCertificatePem());
        await File.WriteAllTextAsync(OtherAuthority, other.ExportCertificatePem());
        var (certificate, key) = (Path.Combine(directory, "server.pem"), Path.Combine(directory, "server.key"));
        await WriteServerCertificateAsync(authority, certificate, key);
        Server = await PostgresServer.StartAsync(
            ["ssl=on", $"ssl_cert_file={certificate}", $"ssl_key_file={key}"],
            "host all md5_user 127.0.0.1/32 md5\nhost all clear_user 127.0.0.1/32 password");
        foreach (var role in Roles)
            await Server.ExecuteAsync("postgres", $"set password_encryption = '{(role == "md5_user" ? "md5" : "scram-sha-256")}'; create role {role} login password '{Password}'");
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private static X509Certificate2 NewAuthority(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    }

    // For the name "localhost" alone: by its address it is somebody else.
    private static async Task WriteServerCertificateAsync(X509Certificate2 authority, string certificateFile, string keyFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(authority, now.AddHours(-1), now.AddHours(12), RandomNumberGenerator.GetBytes(8));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (Environment.UserName != "root") return;
        using var process = Process.Start("chown", ["postgres", certificateFile, keyFile]);
        await process.WaitForExitAsync();
    }
}

public class TargetLoginTests(SecuredServer secured) : IClassFixture<SecuredServer>
{
    private async Task<List<string>> LogInAsync(string tls, string host = "127.0.0.1", string? authority = null, string user = PostgresServer.UserName)
    {
        Environment.SetEnvironmentVariable("HOOP_TEST_SECURED_PASSWORD", user == PostgresServer.UserName ? secured.Server.Password : SecuredServer.Password);
        var target = new TargetDocument
        {
            Protocol = "postgres", Address = $"{host}:{secured.Server.Port}", Database = "postgres", Tls = tls, CaFile = authority,
            Credential = new(user, "env:HOOP_TEST_SECURED_PASSWORD"),
        };
        await using var rig = await GatewayRig.StartAsync(target, null, null, null, PlainSql.Analyze);
        await using var client = await rig.DialAsync();
        await GatewayRig.LogInAsync(client);
        while (await client.ReadAsync() is { } message)
        {
            if (message.Type == 'E') return [message.Diagnostic.SqlState, message.Diagnostic.Message];
            if (message.Type == 'Z') break;
        }

        await client.QueryAsync("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
        return await client.ReadUntilAsync('Z');
    }

    [Theory]
    [InlineData("disable", "D:f")]
    [InlineData("require", "D:t")]
    public async Task Without_verification_the_setting_decides_about_TLS_alone(string tls, string row) => (await LogInAsync(tls)).ShouldContain(row);

    [Fact]
    public async Task Verify_ca_wants_the_authority_but_no_name()
    {
        (await LogInAsync("verify-ca", authority: secured.Authority)).ShouldContain("D:t");
        (await LogInAsync("verify-ca", authority: secured.OtherAuthority))[1].ShouldContain("does not satisfy its setting tls: verify-ca");
        (await LogInAsync("verify-ca"))[0].ShouldBe("08001");
    }

    [Fact]
    public async Task Verify_full_wants_the_authority_and_the_name()
    {
        (await LogInAsync("verify-full", "localhost", secured.Authority)).ShouldContain("D:t");
        (await LogInAsync("verify-full", "127.0.0.1", secured.Authority))[1].ShouldContain("does not satisfy its setting tls: verify-full");
        (await LogInAsync("verify-full", "localhost", secured.OtherAuthority))[0].ShouldBe("08001");
    }

    [Fact]
    public async Task A_target_without_TLS_is_not_spoken_to_when_it_is_demanded()
    {
        var plain = await PostgresServer.SharedAsync();
        var target = new TargetDocument { Protocol = "postgres", Address = $"127.0.0.1:{plain.Port}", Database = "postgres", Tls = "require", Credential = new("postgres", null) };
        await using var rig = await GatewayRig.StartAsync(target, null, null, null, PlainSql.Analyze);
        await using var client = await rig.DialAsync();
        await GatewayRig.LogInAsync(client);
        (await client.ReadUntilAsync('E')).ShouldBe(["E:08001"]);
    }

    [Theory]
    [InlineData("env:Hoop__Test__Key", "is a setting of Hoop's own")]
    [InlineData("file:/proc/self/environ", "is no place of secrets")]
    [InlineData("file:/etc/passwd", "is not below /run/secrets")]
    public async Task A_credential_is_no_secret_of_Hoops_own(string password, string why)
    {
        Environment.SetEnvironmentVariable("Hoop__Test__Key", "hunter2");
        var plain = await PostgresServer.SharedAsync();
        var target = new TargetDocument { Protocol = "postgres", Address = $"127.0.0.1:{plain.Port}", Database = "postgres", Tls = "disable", Credential = new("postgres", password) };
        await using var rig = await GatewayRig.StartAsync(target, null, null, null, PlainSql.Analyze);
        await using var client = await rig.DialAsync();
        await GatewayRig.LogInAsync(client);
        while (await client.ReadAsync() is { } message)
        {
            message.Type.ShouldNotBe('Z');
            if (message.Type != 'E') continue;
            message.Diagnostic.Message.ShouldContain(why);
            return;
        }
        Assert.Fail("it was not refused");
    }

    [Theory]
    [InlineData("md5_user")]
    [InlineData("clear_user")]
    public async Task Older_log_in_methods_work(string user) => (await LogInAsync("require", user: user)).ShouldContain("D:t");
}
