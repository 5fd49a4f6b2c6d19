using System.Net;
using System.Text.Json;
using Hoop.Audit.Integrity;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Integrity;

public sealed class IntegrityApiTests(AuditRig rig)
{
    [Fact]
    public async Task A_check_takes_its_role_is_on_record_and_ends_with_a_report()
    {
        (await rig.As(AuditRig.Ana).GetAsync("/api/evidence/check")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        await rig.StoreAsync(AuditRig.Session(AuditRig.NewId()));
        var lines = (await rig.As(AuditRig.Auditor).GetStringAsync("/api/evidence/check")).Trim().Split('\n').Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();

        // Other tests spoil this database; what matters here is that everything was read.
        lines[0].GetProperty("events").GetInt64().ShouldBe(0);
        lines[^1].GetProperty("events").GetInt64().ShouldBeGreaterThanOrEqualTo(6);
        lines[^1].TryGetProperty("ok", out _).ShouldBeTrue();
        (await rig.ScalarAsync<long>("SELECT count(*) FROM audit.events WHERE kind = 'evidence.checked' AND payload LIKE '%olga%'")).ShouldBe(1);
    }

    [Fact]
    public async Task One_check_at_a_time()
    {
        var keeper = rig.Services.GetRequiredService<IntegrityKeeper>();
        await Hoop.Testing.Eventually.TrueAsync(keeper.TryBegin);
        try
        {
            (await rig.As(AuditRig.Auditor).GetAsync("/api/evidence/check")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        }
        finally
        {
            keeper.End();
        }
    }
}
