using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Export;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Export;

public class ExportTests(AuditRig rig)
{
    [Fact]
    public async Task An_export_verifies_offline_with_the_published_key()
    {
        var events = AuditRig.Session(AuditRig.NewId());
        await rig.StoreAsync(events);
        var answer = await rig.As(AuditRig.Bea).GetAsync($"/api/sessions/{events[0].SessionId}/export");
        answer.Content.Headers.ContentDisposition!.FileName.ShouldBe($"hoop-session-{events[0].SessionId}.jsonl");

        var key = await rig.As(null).GetFromJsonAsync<JsonElement>("/api/key");
        var result = await BundleVerifier.VerifyAsync(await answer.Content.ReadAsStreamAsync(), key.GetProperty("publicKey").GetString());
        result.ShouldSatisfyAllConditions(
            () => result.Ok.ShouldBeTrue(result.Message),
            () => result.Events.ShouldBe(6),
            () => result.PolicyVersion.ShouldBe(7),
            () => result.KeyFingerprint.ShouldBe(key.GetProperty("fingerprint").GetString()));
    }

    [Fact]
    public async Task An_export_of_a_session_with_a_gap_says_what_is_missing()
    {
        var events = AuditRig.Session(AuditRig.NewId());
        await rig.StoreAsync([events[0], .. events[3..]]);
        await using var bundle = await rig.As(AuditRig.Bea).GetStreamAsync($"/api/sessions/{events[0].SessionId}/export");

        var result = await BundleVerifier.VerifyAsync(bundle);
        result.Ok.ShouldBeFalse();
        result.Sequence.ShouldBe(1);
    }

    [Fact]
    public async Task Every_export_is_on_record_ones_own_too()
    {
        var events = AuditRig.Session(AuditRig.NewId(), AuditRig.Ana);
        await rig.StoreAsync(events);
        await rig.As(AuditRig.Ana).GetStringAsync($"/api/sessions/{events[0].SessionId}/export");
        await rig.As(AuditRig.Ana).GetStringAsync($"/api/sessions/{events[0].SessionId}/export");

        (await new Sessions.SessionsApiTests(rig).AdminEventsAsync("session.exported", events[0].SessionId)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_admin_log_is_evidence_too()
    {
        var events = AuditRig.Session(AuditRig.NewId());
        await rig.StoreAsync(events);
        await rig.GetAsync(AuditRig.Bea, $"/api/sessions/{events[0].SessionId}");
        var admin = await rig.ScalarAsync<string>("SELECT max(session_id) FROM audit.events WHERE session_id LIKE 'admin-%'");
        await using var bundle = await rig.As(AuditRig.Bea).GetStreamAsync($"/api/sessions/{admin}/export");

        var result = await BundleVerifier.VerifyAsync(bundle);
        result.Ok.ShouldBeTrue(result.Message);
    }

    [Fact]
    public void The_signing_key_is_made_once_and_readable_by_its_owner_alone()
    {
        var directory = Directory.CreateTempSubdirectory("hoop-key-").FullName;
        try
        {
            using var first = SigningKey.ReadOrCreate(directory, NullLogger.Instance);
            using var second = SigningKey.ReadOrCreate(directory, NullLogger.Instance);

            second.PublicKey.ShouldBe(first.PublicKey);
            File.GetUnixFileMode(Directory.GetFiles(directory).ShouldHaveSingleItem()).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void A_damaged_signing_key_is_one_clear_line()
    {
        var directory = Directory.CreateTempSubdirectory("hoop-key-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "audit-signing-key.pem"), "nonsense");

            Should.Throw<InvalidOperationException>(() => SigningKey.ReadOrCreate(directory, NullLogger.Instance)).Message.ShouldContain("can not be read: restore it");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
