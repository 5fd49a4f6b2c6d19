using System.Security.Cryptography;
using System.Text.Json;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Log;
using Hoop.Contracts.Audit;
using Shouldly;
using Xunit;

namespace Hoop.Cli.Tests.Commands;

public sealed class EvidenceTests
{
    private sealed class Signer(ECDsa key) : IEvidenceSigner
    {
        public string PublicKey => Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());

        public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancel) => ValueTask.FromResult(key.SignData(text.Span, HashAlgorithmName.SHA256));
    }

    private static async Task<byte[]> BundleAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var bundle = new MemoryStream();
        await BundleWriter.WriteAsync(bundle, "s-1", 1, DateTimeOffset.Parse("2030-01-01T00:00:00Z"), AsyncEnumerable.Empty<JournalEvent>(), new Signer(key), proofs: null);
        return bundle.ToArray();
    }

    [Fact]
    public async Task Export_saves_what_verify_accepts()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/sessions/s-1/export"] = (200, await BundleAsync());
        var file = rig.File("session.jsonl");
        (await rig.RunAsync("export", "s-1", "-o", file, "--as", "bea")).Code.ShouldBe(0);
        var (code, output, _) = await rig.RunAsync("verify", file);
        code.ShouldBe(0);
        output.ShouldStartWith("✓ intact: 0 events of session s-1");
        output.ShouldContain("fingerprint");
    }

    [Fact]
    public async Task One_changed_byte_is_found()
    {
        await using var rig = await CliRig.StartAsync();
        var bytes = await BundleAsync();
        bytes[bytes.AsSpan().IndexOf("s-1"u8)] ^= 1;
        await File.WriteAllBytesAsync(rig.File("changed.jsonl"), bytes);
        var (code, output, error) = await rig.RunAsync("verify", rig.File("changed.jsonl"));
        (code, output).ShouldBe((1, ""));
        error.ShouldStartWith($"{rig.File("changed.jsonl")}: NOT intact: ");
        (code, output, _) = await rig.RunAsync("verify", rig.File("changed.jsonl"), "--json");
        code.ShouldBe(1);
        JsonDocument.Parse(output).RootElement.GetProperty("ok").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_refused_export_leaves_no_file()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/sessions/s-1/export"] = (403, "Only people with a role listed under access.exportSessions may export.");
        var (code, _, error) = await rig.RunAsync("export", "s-1", "-o", rig.File("none.jsonl"), "--as", "bea");
        code.ShouldBe(1);
        error.ShouldContain("exportSessions");
        Directory.GetFiles(Path.GetDirectoryName(rig.File("x"))!, "none*").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_missing_file_is_one_line()
    {
        await using var rig = await CliRig.StartAsync();
        var (code, output, error) = await rig.RunAsync("verify", "/nowhere/x");
        (code, output).ShouldBe((1, ""));
        error.ShouldStartWith("hoop-verify: Could not find");
    }

    [Fact]
    public async Task A_session_is_shown_event_by_event()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/sessions/s-1"] = (200, new
        {
            session = new { id = "s-1", principal = "reporting-agent", target = "shop", startedAt = "2030-01-01T00:00:00Z" },
            events = new object[]
            {
                new { sequence = 0, at = "2030-01-01T00:00:00Z", kind = "session.started", payload = new { target = "shop" } },
                new { sequence = 1, at = "2030-01-01T00:00:01Z", kind = "operation.decided", payload = new { outcome = "block", text = "drop table customers", rules = new[] { "nobody-destroys" } } },
            },
        });
        var (code, output, _) = await rig.RunAsync("sessions", "show", "s-1", "--as", "bea");
        code.ShouldBe(0);
        output.ShouldContain("block drop table customers [by nobody-destroys]");
        (await rig.RunAsync("sessions", "show", "s-1", "--as", "bea", "--json")).Out.ShouldContain("\"session.started\"");
    }

    [Fact]
    public async Task A_long_session_is_read_page_by_page()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/sessions/s-2"] = (200, new { session = new { id = "s-2" }, events = new[] { new { sequence = 0 }, new { sequence = 1 } }, more = true });
        rig.Answers["GET /api/sessions/s-2?after=1"] = (200, new { session = new { id = "s-2" }, events = new[] { new { sequence = 2 } }, more = false });
        var shown = JsonDocument.Parse((await rig.RunAsync("sessions", "show", "s-2", "--as", "bea", "--json")).Out).RootElement;
        shown.GetProperty("session").GetProperty("id").GetString().ShouldBe("s-2");
        shown.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("sequence").GetInt32()).ShouldBe([0, 1, 2]);
    }
}
