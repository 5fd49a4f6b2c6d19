using Hoop.Ingress.Wire.Postgres;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>What rules permit is judged by what names stand for, and the server looks them up when it has their locks: a second session may not have them stand for something else in between.</summary>
public sealed class RacedNamesTests
{
    private const string Rules = RealGateRig.Everything + """

          - { name: customers-stay, roles: [agent], targets: [shop], block: { verbs: [delete], objects: [public.customers] } }
        """;

    private const string Script = RealGateRig.Script + """
        create view seen as select id from orders; create view over_it as select id from seen; create table locked (id int);
        create function tell() returns bigint language sql stable as 'select count(*) from orders';
        create function told() returns bigint language sql stable as 'select tell()';
        create function stamp() returns trigger language plpgsql as 'begin return new; end'; create table stamped (id int); create trigger t before insert on stamped for each row execute function stamp();
        """;

    private const string Turn = "create or replace view seen as select id from customers";

    private const string Trap = "create or replace function tell() returns bigint language plpgsql as 'begin delete from customers; return 1; end'";

    private static readonly TimeSpan Impatient = TimeSpan.FromMilliseconds(100);

    /// <summary>The server would have it wait for the view, and delete customers once it has it.</summary>
    [Theory]
    [InlineData("delete from seen where id = 7", Turn)]
    [InlineData("delete from over_it where id = 7", Turn)]
    [InlineData("delete from seen where id = 7", "alter view seen rename to was; create view seen as select id from customers")]
    [InlineData("delete from orders where id = 7", "alter table orders rename to was; create view orders as select id from customers")]
    public async Task Who_comes_while_names_change_is_judged_by_what_they_become(string statement, string change)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var first = await rig.Gateway.ConnectAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        foreach (var warm in new[] { first, second }) await warm.AskAsync("select id from seen limit 1");
        await first.AskAsync("begin");
        foreach (var part in change.Split("; ")) await first.AskAsync(part);
        await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, statement));
        await rig.UntilAsync(static claims => claims.Waiting);
        (await first.AskAsync("commit")).ShouldContain("C:COMMIT");
        var answer = await second.ReadUntilAsync('Z');
        (await rig.AskBehindAsync<long>("select count(*) from customers")).ShouldBe(50);
        answer.ShouldContain("E:42501");
    }

    /// <summary>What deferred triggers call is in no statement's text.</summary>
    [Fact]
    public async Task A_commit_uses_the_code_that_it_runs()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script + """
            create table late (id int); create function first() returns trigger language plpgsql as 'begin perform count(*) from locked; return new; end';
            create function later() returns trigger language plpgsql as 'begin return new; end';
            create constraint trigger a after insert on late deferrable initially deferred for each row execute function first();
            create constraint trigger b after insert on late deferrable initially deferred for each row execute function later();
            """, namesTimeout: Impatient);
        await using var first = await rig.Gateway.ConnectAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        foreach (var text in new[] { "begin", "insert into late values (1)" }) (await second.AskAsync(text)).ShouldNotContain(message => message.StartsWith("E:", StringComparison.Ordinal));
        await using var locker = await rig.LockAsync("locked");
        await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, "commit"));
        await rig.UntilSomebodyWaitsAsync();
        (await first.AskAsync("create or replace function later() returns trigger language plpgsql as 'begin delete from customers; return new; end'")).ShouldContain("E:55006");
        await locker.CloseAsync();
        (await second.ReadUntilAsync('Z')).ShouldContain("C:COMMIT");
        (await rig.AskBehindAsync<long>("select count(*) from customers")).ShouldBe(50);
    }

    [Fact]
    public async Task What_is_taken_back_changes_nothing()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var first = await rig.Gateway.ConnectAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        foreach (var text in new[] { "begin", Turn }) await first.AskAsync(text);
        await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, "delete from seen where id = 7"));
        await rig.UntilAsync(static claims => claims.Waiting);
        await first.AskAsync("rollback");
        (await second.ReadUntilAsync('Z')).ShouldContain("C:DELETE 1");
    }

    [Theory]
    [InlineData("delete from seen where id = (select count(*) from locked) + 7", Turn)]
    [InlineData("delete from over_it where id = (select count(*) from locked) + 7", Turn)]
    [InlineData("select tell() from (select count(*) from locked) l", Trap)]
    [InlineData("select told() from (select count(*) from locked) l", Trap)]
    [InlineData("select \"tell\"() from (select count(*) from locked) l", Trap)]
    [InlineData("insert into stamped select count(*) from locked", "create or replace function stamp() returns trigger language plpgsql as 'begin delete from customers; return new; end'")]
    [InlineData("prepare p as delete from seen where id = (select count(*) from locked) + 7; execute p", Turn)]
    public async Task Who_changes_what_is_in_use_waits_and_then_may_not(string statement, string change)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script, namesTimeout: Impatient);
        await using var first = await rig.Gateway.ConnectAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        var parts = statement.Split("; ");
        if (parts.Length > 1) await second.AskAsync(parts[0]);
        await using var locker = await rig.LockAsync("locked");
        await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, parts[^1]));
        await rig.UntilSomebodyWaitsAsync();
        (await first.AskAsync(change)).ShouldContain("E:55006");
        // In a transaction what others see as it was is refused with its COMMIT.
        foreach (var text in new[] { "begin", change, "commit", "rollback" }) await first.AskAsync(text);
        (await first.AskAsync("create table elsewhere (id int)")).ShouldContain("C:CREATE TABLE");
        await locker.CloseAsync();
        (await second.ReadUntilAsync('Z')).ShouldNotContain(message => message.StartsWith("E:", StringComparison.Ordinal));
        (await rig.AskBehindAsync<long>("select count(*) from customers")).ShouldBe(50);
        (await first.AskAsync(change)).ShouldNotContain(message => message.StartsWith("E:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_runs_as_soon_as_nobody_uses_the_name()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var first = await rig.Gateway.ConnectAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await using var locker = await rig.LockAsync("locked");
        await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, "select tell() from (select count(*) from locked) l"));
        await rig.UntilSomebodyWaitsAsync();
        await first.SendAsync(output => output.WriteStringMessage(FrontendType.Query, Trap));
        await rig.UntilAsync(static claims => claims.Waiting);
        await locker.CloseAsync();
        (await second.ReadUntilAsync('Z')).ShouldContain("D:50");
        (await first.ReadUntilAsync('Z')).ShouldContain("C:CREATE FUNCTION");
        (await second.AskAsync("select tell()")).ShouldContain("E:42501");
    }

    /// <summary>Nobody but who makes them sees them before the COMMIT.</summary>
    [Fact]
    public async Task What_others_see_as_it_was_holds_nobody_up()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script, namesTimeout: Impatient);
        await using var first = await rig.Gateway.ConnectAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        foreach (var text in new[] { "begin", "create schema beside", "create table beside.orders (id int)", Trap, "alter table locked add column more int" }) (await first.AskAsync(text)).ShouldNotContain(message => message.StartsWith("E:", StringComparison.Ordinal));
        (await second.AskAsync("select tell()")).ShouldContain("D:50");
        (await second.AskAsync("delete from orders where id = 7")).ShouldContain("C:DELETE 1");
        // The server has them wait here, too.
        (await second.AskAsync("select * from locked")).ShouldContain("E:55006");
        (await first.AskAsync("commit")).ShouldContain("C:COMMIT");
        (await second.AskAsync("select * from locked")).ShouldContain("C:SELECT 0");
    }
}
