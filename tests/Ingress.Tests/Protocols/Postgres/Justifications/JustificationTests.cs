using Hoop.Contracts.Approvals;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Sql;
using Hoop.Testing.Wire;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Justifications;

public class JustificationTests
{
    [Fact]
    public async Task The_sessions_settings_speak_for_each_statement_until_the_server_forgets_them()
    {
        await using var rig = await GatewayRig.StartRealAsync("create table t(id int)", analyze: new SqlAnalyzer().Analyze);
        await using var client = await rig.ConnectAsync();
        (await SaidAsync(rig, client, "delete from t")).ShouldBeNull();
        await RunAsync(client, "set hoop.reason = 'night job'");
        (await SaidAsync(rig, client, "delete from t")).ShouldBe(new Justification("night job"));
        (await SaidAsync(rig, client, "/* hoop: ticket=OPS-1 */ delete from t")).ShouldBe(new Justification("night job", "OPS-1"));
        (await SaidAsync(rig, client, "/* hoop: reason=this one */ delete from t")).ShouldBe(new Justification("this one"));
        await RunAsync(client, "begin");
        await RunAsync(client, "set local hoop.ticket = 'OPS-2'");
        await RunAsync(client, "set hoop.emergency = on");
        (await SaidAsync(rig, client, "delete from t")).ShouldBe(new Justification("night job", "OPS-2", true));
        await RunAsync(client, "rollback");
        (await SaidAsync(rig, client, "delete from t")).ShouldBe(new Justification("night job"));
        await RunAsync(client, "reset hoop.reason");
        (await SaidAsync(rig, client, "delete from t")).ShouldBeNull();
        await RunAsync(client, "select set_config('hoop.ticket', 'OPS-3', false)");
        (await SaidAsync(rig, client, "delete from t")).ShouldBe(new Justification(null, "OPS-3"));
        await RunAsync(client, "discard all");
        (await SaidAsync(rig, client, "delete from t")).ShouldBeNull();
    }

    [Fact]
    public async Task Settings_of_Hoops_own_need_no_rule_and_approvers_and_the_journal_get_what_they_say()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("set hoop.reason = 'card 4111 1111 1111 1111'");
        (await client.ReadUntilAsync('Z')).ShouldBe(["C:SET", "Z:I"]);
        await client.QueryAsync("update orders set total = 0 where id = 1 /* hoop: ticket=OPS-7 */");
        await client.ReadUntilAsync('N');
        var request = await rig.Gate.Approvals.Requested;
        request.Justification.ShouldBe(new Justification("card 4111 1111 1111 1111", "OPS-7"));
        rig.Gate.Journal.Events.Last(e => e.Kind == EventKinds.OperationDecided).Payload.ShouldContain("\"ticket\":\"OPS-7\"");
    }

    [Fact]
    public async Task A_rule_may_demand_a_reason_and_its_refusal_says_how_to_give_one()
    {
        await using var rig = await RealGateRig.StartAsync("""
              - { name: change, roles: [agent], targets: [shop], approve: { verbs: [delete], objects: [public.*], by: [dba], justification: required } }
            """);
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using (var bare = new NpgsqlCommand("delete from orders where id = 1 /* hoop: ticket=OPS-7 */", connection))
        {
            var refused = await Should.ThrowAsync<PostgresException>(() => bare.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
            refused.SqlState.ShouldBe("42501");
            refused.Detail.ShouldBe("Rule \"change\" wants a reason from whoever asks.");
            refused.Hint!.ShouldContain("SET hoop.reason");
        }

        rig.Gate.Journal.Events.Last(e => e.Kind == EventKinds.OperationDecided).Payload.ShouldContain("\"outcome\":\"block\"");
        await using var reasoned = new NpgsqlCommand("delete from orders where id = 1 /* hoop: reason=asked for */", connection) { CommandTimeout = 0 };
        var held = reasoned.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var request = await rig.Gate.Approvals.Requested;
        request.Justification!.Reason.ShouldBe("asked for");
        rig.Gate.Holds.Resolve(new ApprovalResolved(request.RequestId, request.IngressId, ApprovalOutcome.Approved, ["bea"], null, TimeProvider.System.GetUtcNow()));
        (await held).ShouldBe(1);
    }

    private static async Task<Justification?> SaidAsync(GatewayRig rig, WirePeer client, string sql)
    {
        await RunAsync(client, sql);
        rig.Gate.Asked.Last().Text.ShouldBe(sql);
        return rig.Gate.Asked.Last().Justification;
    }

    private static async Task RunAsync(WirePeer client, string sql)
    {
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldNotContain(message => message.StartsWith('E'), sql);
    }
}
