using System.Net;
using System.Text;
using Hoop.Audit.Tests.Rigs;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Recordings;

/// <summary>The service as it runs, with its settings, on a real object store. HOOP_TEST_LONG=1 runs it.</summary>
public sealed class RealS3ServiceTests
{
    [Fact]
    public async Task Rows_and_checkpoints_go_to_the_buckets_that_are_configured_and_rows_come_back_from_there()
    {
        using var recordings = await RealS3Bucket.CreateAsync("COMPLIANCE");
        using var checkpoints = await RealS3Bucket.CreateAsync("COMPLIANCE");
        await using var service = new AuditRig
        {
            Settings = new Dictionary<string, string>([.. recordings.Settings("Hoop:Recording:S3"), .. checkpoints.Settings("Hoop:Audit:CheckpointS3")]) { ["Hoop:Audit:SealSeconds"] = "1" },
        };
        await service.InitializeAsync();
        var session = AuditRig.NewId();
        await service.StoreAsync([.. AuditRig.Session(session), .. ContentTests.Named(AuditRig.Session(session), "[\"1\",null]\n"), ContentTests.Content(session, 0, "[\"1\",null]\n")]);

        var content = (await Eventually.SeenAsync(recordings.ObjectsAsync, objects => objects.Count == 1))[0].Key;
        content.ShouldStartWith($"recordings/2026/01/31/{session}/0-");
        (await recordings.LockAsync(content)).Mode.ShouldBe("COMPLIANCE");
        await Eventually.TrueAsync(async () => await service.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM audit.contents WHERE session_id = '{session}' AND data IS NULL)"));
        (await service.GetAsync(AuditRig.Bea, $"/api/sessions/{session}/contents/0")).GetProperty("rows").GetRawText().ShouldBe("""[["1",null]]""");

        await Eventually.SeenAsync(checkpoints.ObjectsAsync, objects => objects.Any(o => Encoding.UTF8.GetString(o.Data).Contains(session, StringComparison.Ordinal)));
        var sinks = await Eventually.SeenAsync(() => service.GetAsync(AuditRig.Bea, "/api/log/sinks"), sinks => sinks.EnumerateArray().All(s => s.GetProperty("behind").GetInt64() == 0));
        sinks.EnumerateArray().Select(s => s.GetProperty("name").GetString()).ShouldContain("s3");

        await recordings.DenyAsync("s3:GetObject");
        using var answer = await service.As(AuditRig.Bea).GetAsync($"/api/sessions/{session}/contents/0");
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("HTTP 403: AccessDenied");
    }
}
