using System.Text.Json;
using Hoop.Audit.Admin;
using Hoop.Contracts.Audit;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Admin;

public class AdminActionsTests(AuditRig rig)
{
    [Fact]
    public async Task An_action_is_one_event_however_often_it_arrives()
    {
        var action = new AdminAction(Guid.NewGuid(), "policy", "policy.activate", DateTimeOffset.UnixEpoch, AuditRig.Bea, "10.0.0.7", AdminOutcomes.Done, new Dictionary<string, string> { ["version"] = "7" });
        var chain = rig.Services.GetRequiredService<AdminChain>();
        await chain.RecordAsync([action, action], CancellationToken.None);
        await chain.RecordAsync([action], CancellationToken.None);

        var payloads = await rig.ScalarAsync<string[]>($"SELECT array_agg(payload) FROM audit.events WHERE session_id LIKE 'admin-%' AND kind = 'policy.activate' AND payload LIKE '%{action.Id}%'");
        var payload = JsonDocument.Parse(payloads.ShouldHaveSingleItem()).RootElement;
        payload.GetProperty("outcome").GetString().ShouldBe("done");
        payload.GetProperty("by").GetProperty("subject").GetString().ShouldBe("bea");
        payload.GetProperty("details").GetProperty("version").GetString().ShouldBe("7");
        payload.GetProperty("address").GetString().ShouldBe("10.0.0.7");
    }
}
