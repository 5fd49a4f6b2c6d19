using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Hoop.Audit.Chain.Archives;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Log;
using Hoop.Contracts.Audit;
using Shouldly;
using Xunit;

namespace Hoop.Cli.Tests.Commands;

public sealed class VerifyTests : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private sealed class Signer(ECDsa key) : IEvidenceSigner
    {
        public string PublicKey => Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());

        public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancel) => ValueTask.FromResult(key.SignData(text.Span, HashAlgorithmName.SHA256));
    }

    public void Dispose() => key.Dispose();

    [Fact]
    public async Task The_key_is_taken_in_every_form_that_people_have_it_in()
    {
        await using var rig = await CliRig.StartAsync();
        var file = await BundleAsync(rig);
        var (spki, fingerprint) = (key.ExportSubjectPublicKeyInfo(), Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo())));
        await File.WriteAllBytesAsync(rig.File("key.der"), spki);
        string[] forms =
        [
            Convert.ToBase64String(spki), fingerprint, fingerprint.ToUpperInvariant(), string.Join(':', fingerprint.Chunk(2).Select(two => new string(two))),
            rig.Write("key.txt", Convert.ToBase64String(spki) + "\n"), rig.Write("fingerprint.txt", fingerprint + "\n"), rig.Write("key.pem", key.ExportSubjectPublicKeyInfoPem()), rig.File("key.der"),
        ];
        foreach (var form in forms)
            (await rig.RunAsync("verify", file, "--key", form)).Code.ShouldBe(0, form);
    }

    [Fact]
    public async Task Another_key_is_named_in_every_form()
    {
        await using var rig = await CliRig.StartAsync();
        var file = await BundleAsync(rig);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var form in new[] { rig.Write("other.pem", other.ExportSubjectPublicKeyInfoPem()), Convert.ToHexStringLower(SHA256.HashData(other.ExportSubjectPublicKeyInfo())) })
        {
            var (code, output, error) = await rig.RunAsync("verify", file, "--key", form);
            (code, output).ShouldBe((1, ""));
            error.ShouldContain("the header names another key than the trusted one: its fingerprint is");
        }
    }

    [Fact]
    public async Task What_is_no_key_is_said_in_one_line()
    {
        await using var rig = await CliRig.StartAsync();
        var file = await BundleAsync(rig);
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        await ShouldSayAsync(rig.File("nowhere.pem"), "and there is no such file");
        await ShouldSayAsync("xx", "is no fingerprint (64 hex digits) and no P-256 public key (base64)");
        await ShouldSayAsync(rig.Write("empty", ""), "has no P-256 public key in it");
        await ShouldSayAsync(rig.Write("p384.pem", large.ExportSubjectPublicKeyInfoPem()), "has no P-256 public key in it");
        await ShouldSayAsync(rig.Write("private.pem", key.ExportPkcs8PrivateKeyPem()), "has a private key");
        await ShouldSayAsync(Path.GetDirectoryName(file)!, "is a folder");

        async Task ShouldSayAsync(string form, string expected)
        {
            var (code, output, error) = await rig.RunAsync("verify", file, "--key", form);
            (code, output).ShouldBe((1, ""));
            error.ShouldStartWith("hoop-verify: --key");
            error.ShouldContain(expected);
            error.Trim().ShouldNotContain("\n");
        }
    }

    [Fact]
    public async Task A_folder_is_no_evidence()
    {
        await using var rig = await CliRig.StartAsync();
        var folder = Path.GetDirectoryName(rig.File("x"))!;
        (await rig.RunAsync("verify", folder)).ShouldBe((1, "", $"hoop-verify: {folder} is a folder: name the file with the evidence, .jsonl or .zip.{Environment.NewLine}"));
    }

    [Fact]
    public async Task An_export_is_known_by_what_is_in_it()
    {
        await using var rig = await CliRig.StartAsync();
        var zip = await ExportAsync();
        foreach (var name in new[] { "export.zip", "export.ZIPX", "export" })
        {
            await File.WriteAllBytesAsync(rig.File(name), zip);
            var (code, output, error) = await rig.RunAsync("verify", rig.File(name));
            code.ShouldBe(0, error);
            output.ShouldContain("each as the signed manifest names it");
        }

        (await rig.RunAsync("verify", rig.Write("text.zip", "hello"))).Error.ShouldStartWith("archive: NOT intact: this is no zip archive");
    }

    [Fact]
    public async Task What_an_export_says_that_it_lacks_is_printed()
    {
        await using var rig = await CliRig.StartAsync();
        await File.WriteAllBytesAsync(rig.File("export.zip"), await ExportAsync("recorded rows 1 are not \u202ethere"));
        var (code, _, error) = await rig.RunAsync("verify", rig.File("export.zip"));

        code.ShouldBe(1);
        error.ShouldContain("NOT intact: the export says of session s-1: recorded rows 1 are not ?there");
    }

    [Fact]
    public async Task A_log_that_proves_nothing_is_no_proof()
    {
        await using var rig = await CliRig.StartAsync();
        var (code, output, error) = await rig.RunAsync("verify", await BundleAsync(rig), "--log", rig.Write("kept.jsonl", "garbage\n"));

        (code, output).ShouldBe((1, ""));
        error.ShouldContain("NOT intact: the log that was kept can prove nothing: there is no checkpoint in it, and 1 lines that are none");
    }

    private async Task<string> BundleAsync(CliRig rig)
    {
        await File.WriteAllBytesAsync(rig.File("session.jsonl"), await BundleAsync());
        return rig.File("session.jsonl");
    }

    private async Task<byte[]> BundleAsync()
    {
        using var bundle = new MemoryStream();
        await BundleWriter.WriteAsync(bundle, "s-1", 1, DateTimeOffset.Parse("2030-01-01T00:00:00Z"), AsyncEnumerable.Empty<JournalEvent>(), new Signer(key), proofs: null);
        return bundle.ToArray();
    }

    private async Task<byte[]> ExportAsync(params string[] problems)
    {
        using var file = new MemoryStream();
        await using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            var writer = new ArchiveWriter(zip);
            await writer.AddAsync("sessions/s-1.jsonl", await BundleAsync(), CompressionLevel.Fastest, CancellationToken.None);
            var sessions = new[] { new { id = "s-1", file = "sessions/s-1.jsonl", problems } };
            await writer.SignAsync(JsonSerializer.SerializeToUtf8Bytes(new { sessions, parts = new { }, files = writer.Files }), new Signer(key), CancellationToken.None);
        }

        return file.ToArray();
    }
}
