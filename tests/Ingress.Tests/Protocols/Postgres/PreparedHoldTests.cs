using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>EXECUTE says the name of what runs: approvers see what it stands for, and approve that.</summary>
public class PreparedHoldTests
{
    private const string Rules = """
          - { name: read, roles: [agent], targets: [shop], allow: { verbs: [select, explain, create, execute], objects: ["public.*"], effects: [write, ddl] } }
          - { name: change, roles: [agent], targets: [shop], approve: { verbs: [update, delete], objects: ["public.*"], by: [dba], count: 1, expires: 15m } }
        """;

    [Theory]
    [InlineData("prepare p as delete from orders where id <> $1", "execute p(3)", "prepare p as delete from orders where id <> $1;\nexecute p(3)")]
    [InlineData("prepare p as delete from orders where id <> $1", "explain analyze execute p(3)", "prepare p as delete from orders where id <> $1;\nexplain analyze execute p(3)")]
    [InlineData("prepare p as with d as (delete from orders returning id) select id from d", "create table kept as execute p", "prepare p as with d as (delete from orders returning id) select id from d;\ncreate table kept as execute p")]
    [InlineData("select 1", "prepare p as delete from orders where id = 3; execute p", "prepare p as delete from orders where id = 3; execute p")]
    public async Task Approvers_see_what_an_EXECUTE_executes(string prepare, string execute, string shown)
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(prepare);
        await client.ReadUntilAsync('Z');
        await client.QueryAsync(execute);
        (await client.ReadUntilAsync('N')).ShouldNotContain(static message => message.StartsWith("E:", StringComparison.Ordinal));
        (await rig.Gate.Approvals.Requested).Statement.ShouldBe(shown);
    }

    [Fact]
    public async Task So_they_do_of_one_that_the_protocol_prepared()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(static output =>
        {
            Parse.Write(output, "a \"b", "delete from orders where id = 3");
            output.WriteEmpty(FrontendType.Sync);
        });
        await client.ReadUntilAsync('Z');
        await client.QueryAsync("execute \"a \"\"b\"");
        await client.ReadUntilAsync('N');
        (await rig.Gate.Approvals.Requested).Statement.ShouldBe("PREPARE \"a \"\"b\" AS delete from orders where id = 3;\nexecute \"a \"\"b\"");
    }

    /// <summary>Two of the same name differ in a literal alone: an approval of one is none of the other.</summary>
    [Fact]
    public async Task An_approval_is_of_what_was_prepared()
    {
        (await BoundAsync("3")).ShouldBe(await BoundAsync("3"));
        (await BoundAsync("3")).ShouldNotBe(await BoundAsync("4"));
    }

    [Fact]
    public async Task Keys_in_what_was_prepared_are_not_shown()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, RealGateRig.Script + "create function pgp_sym_encrypt(text, text) returns bytea language sql immutable as 'select null::bytea';");
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("prepare p as delete from orders where id = 3 and pgp_sym_encrypt('clear', 'the key') is null");
        await client.ReadUntilAsync('Z');
        await client.QueryAsync("execute p");
        await client.ReadUntilAsync('N');
        var shown = (await rig.Gate.Approvals.Requested).Statement;
        shown.ShouldContain("'***'");
        shown.ShouldNotContain("the key");
    }

    private static async Task<string> BoundAsync(string id)
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync($"prepare p as delete from orders where id = {id}");
        await client.ReadUntilAsync('Z');
        await client.QueryAsync("execute p");
        await client.ReadUntilAsync('N');
        return (await rig.Gate.Approvals.Requested).BoundTo;
    }
}
