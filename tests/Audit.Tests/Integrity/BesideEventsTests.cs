using Hoop.Audit.Integrity;
using Hoop.Audit.Tests.Recordings;
using Hoop.Audit.Tests.Rigs;
using Hoop.Contracts.Audit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Integrity;

/// <summary>What the events say of recorded rows, sessions and legal holds is held against what stands beside them.</summary>
public sealed class BesideEventsTests
{
    [Theory]
    [InlineData("DELETE FROM audit.contents", "recorded rows 0 were removed")]
    [InlineData("UPDATE audit.contents SET data = 'x'", "recorded rows 0 were changed: their bytes")]
    [InlineData("UPDATE audit.contents SET data = 'x', sha256 = encode(sha256('x'), 'hex')", "recorded rows 0 were changed or added")]
    [InlineData("INSERT INTO audit.contents SELECT session_id, number, at + interval '1 second', sha256, bytes, data FROM audit.contents", "recorded rows 0 are there more than once")]
    [InlineData("UPDATE audit.sessions SET principal_name = 'ana'", "its principal_name is not")]
    [InlineData("UPDATE audit.sessions SET principal_id = 'https://login.example.com|ana'", "its principal_id is not")]
    [InlineData("UPDATE audit.sessions SET target = NULL", "its target is not")]
    [InlineData("UPDATE audit.sessions SET started_at = started_at + interval '1 day'", "its started_at is not")]
    [InlineData("UPDATE audit.sessions SET started_at = '20000-01-01'", "its started_at in the list of sessions can not be read")]
    [InlineData("DELETE FROM audit.sessions", "it was removed from the list of sessions")]
    [InlineData("INSERT INTO audit.sessions SELECT 'another', ingress, principal_id, principal_name, principal_kind, target, protocol, policy_version, started_at, ended_at, cause, last_at, events, last_sequence, operations, held, blocked FROM audit.sessions", "it was added to the list of sessions")]
    public async Task What_was_changed_beside_the_events_is_named(string sql, string says)
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var events = AuditRig.Session("s");
        await evidence.StoreAsync([.. events, .. ContentTests.Recorded(events, "[\"1\"]\n")]);
        await evidence.SealAsync();
        (await CheckAsync(evidence)).Problems.ShouldBeEmpty();
        await evidence.ExecuteAsync(Attack.Unhindered(sql));

        (await CheckAsync(evidence)).ShouldSatisfyAllConditions(r => r.Stopped.ShouldBeNull(), r => r.Problems.ShouldContain(p => p.Message.Contains(says)));
    }

    [Fact]
    public async Task Each_portion_of_the_recorded_bytes_has_its_turn()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        await evidence.StoreAsync([.. Enumerable.Range(0, 8).Select(i => ContentTests.Content("s", i, $"[\"{i}\"]\n"))]);
        await evidence.ExecuteAsync(Attack.Unhindered("UPDATE audit.contents SET data = 'x' || substr(data, 2)"));
        var bytes = await evidence.ScalarAsync<long>("SELECT sum(octet_length(data)) FROM audit.contents");
        await using var connection = await evidence.Database.OpenAsync(CancellationToken.None);
        var found = new List<int>();
        for (var turn = 0; turn < 4; turn++)
        {
            var findings = new Findings();
            await new ContentsCheck(connection, new Dictionary<string, Hoop.Audit.Chain.Log.LoggedSession>(), findings).EndAsync((bytes + 3) / 4, turn, CancellationToken.None);
            found.Add(findings.Report(DateTimeOffset.UnixEpoch).Problems.Count);
        }

        found.Sum().ShouldBe(8);
        found.ShouldAllBe(n => n < 8);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("DELETE FROM audit.holds", "legal hold h1 was placed, says event 1, and its row is not there")]
    [InlineData("UPDATE audit.holds SET value = 'another'", "the admin chain says that it was placed on target shop")]
    [InlineData("INSERT INTO audit.holds VALUES ('h1', 'released', 'target', 'shop', 'closed', 'bea', '2026-01-31')", "legal hold h1 says that it was released, and the admin chain has no event of it")]
    [InlineData("INSERT INTO audit.holds VALUES ('h1', 'released', 'target', 'shop', 'closed', 'bea', '20000-01-31')", "legal hold h1 can not be read")]
    public async Task A_legal_hold_is_what_the_admin_chain_says_of_it(string sql, string? says)
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var now = TimeProvider.System.GetUtcNow();
        await evidence.ExecuteAsync("INSERT INTO audit.holds VALUES ('h1', 'placed', 'target', 'shop', 'case 7', 'bea', now())");
        await evidence.Admin.RecordAsync(
            [
                new AdminAction(Guid.NewGuid(), "audit", "hold.place", now, AuditRig.Bea, null, AdminOutcomes.Done, new Dictionary<string, string> { ["hold"] = "h1", ["scope"] = "target", ["value"] = "shop", ["reason"] = "case 7" }),
                new AdminAction(Guid.NewGuid(), "audit", "hold.release", now, AuditRig.Ana, null, AdminOutcomes.Refused, new Dictionary<string, string> { ["id"] = "h1", ["reason"] = "mine" }),
            ], CancellationToken.None);
        await evidence.ExecuteAsync(Attack.Unhindered(sql));

        var report = await CheckAsync(evidence);
        if (says is null)
            report.Problems.ShouldBeEmpty();
        else
            report.Problems.ShouldHaveSingleItem().Message.ShouldContain(says);
    }

    [Fact]
    public async Task What_was_refused_as_tampering_is_told_and_degrades_the_health_for_a_week()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var events = AuditRig.Session("s");
        await evidence.StoreAsync([events[0], events[1] with { Payload = "{}" }]);
        var keeper = new IntegrityKeeper(new DatabaseCheck(evidence.Database, evidence.Log, evidence.Key, TimeProvider.System), TimeProvider.System, NullLogger<IntegrityKeeper>.Instance);

        var report = await keeper.CheckAsync(progress: null, CancellationToken.None);
        report.Ok.ShouldBeTrue("nothing stored was changed by it");
        report.Refused!.Count.ShouldBe(1);
        report.Refused.Newest!.ShouldContain("event 1 of session s");
        var health = await new IntegrityHealth(keeper).CheckHealthAsync(new HealthCheckContext());
        (health.Status, health.Description!.Contains("1 events were refused")).ShouldBe((HealthStatus.Degraded, true));

        await evidence.ExecuteAsync(Attack.Unhindered("UPDATE audit.tampering SET found_at = found_at - interval '8 days'"));
        (await keeper.CheckAsync(progress: null, CancellationToken.None)).Refused!.Count.ShouldBe(1);
        (await new IntegrityHealth(keeper).CheckHealthAsync(new HealthCheckContext())).Status.ShouldBe(HealthStatus.Healthy);
    }

    private static Task<IntegrityReport> CheckAsync(EvidenceDatabase evidence) =>
        new DatabaseCheck(evidence.Database, evidence.Log, evidence.Key, TimeProvider.System).RunAsync(progress: null, CancellationToken.None);
}
