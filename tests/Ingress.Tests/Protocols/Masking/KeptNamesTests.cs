using Hoop.Contracts.Approvals;
using Hoop.Ingress.Tests.Protocols.Postgres;
using Hoop.Ingress.Wire.Postgres;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>
/// A statement that keeps what it reads waits for a lock, and so has not looked its names up: others under the mask may not make them stand for something else.
/// </summary>
public sealed class KeptNamesTests
{
    private const string Rules = RealGateRig.Everything + """

          - { name: asked, roles: [agent], targets: [shop], approve: { verbs: [delete], objects: [public.orders], by: [dba], count: 1, expires: 15m } }
        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: redact, except: [dba] }
        """;

    private const string Script = RealGateRig.Script + """
        create view shown as select id, name || '' as name from customers; create view inner_one as select id, name from customers; create view outer_one as select id, name || '' as name from inner_one;
        create table locked (id int); create table kept (id int, name text); insert into kept values (7, ''); create schema front; create view front.other as select id, ssn || '' as name from customers;
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private const string Keep = "insert into kept select 8, s.name from (select count(*) from locked) l, shown s where s.id = 7";

    private const string Reveal = "create or replace view shown as select id, ssn || '' as name from customers";

    [Theory]
    [InlineData(Keep, Reveal)]
    [InlineData(Keep, "drop view shown")]
    [InlineData(Keep, "alter view shown rename to seen")]
    [InlineData(Keep, "alter view shown set schema front")]
    [InlineData(Keep, "alter schema front rename to back")]
    [InlineData(Keep, "create view front.shown as select id, ssn || '' as name from customers")]
    [InlineData(Keep, "alter view front.other rename to shown")]
    [InlineData("create table public.made as select s.name from (select count(*) from locked) l, shown s where s.id = 7", Reveal)]
    [InlineData("update kept set name = s.name from (select count(*) from locked) l, shown s where s.id = 7", Reveal)]
    [InlineData("merge into kept k using (select s.* from (select count(*) from locked) l, shown s where s.id = 7) s on k.id = s.id when matched then update set name = s.name", Reveal)]
    [InlineData("insert into kept select 8, o.name from (select count(*) from locked) l, outer_one o where o.id = 7", "create or replace view inner_one as select id, ssn::text as name from customers")]
    public async Task Nobody_under_the_mask_changes_what_they_stand_for_meanwhile(string keep, string change)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script, namesTimeout: Patience);
        await using var first = await rig.Gateway.ConnectAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await second.AskAsync("set search_path = front, public");
        await using var locker = await rig.LockAsync("locked");
        await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, keep));
        await rig.UntilSomebodyWaitsAsync();
        (await first.AskAsync(change)).ShouldContain("E:55006");
        // Whatever else somebody makes stands in nobody's way.
        (await first.AskAsync("create table elsewhere (id int)")).ShouldContain("C:CREATE TABLE");
        (await first.AskAsync("create view likewise as select id, ssn from customers")).ShouldContain("C:CREATE VIEW");
        await locker.CloseAsync();
        (await second.ReadUntilAsync('Z')).ShouldNotContain(message => message.StartsWith("E:", StringComparison.Ordinal));
        (await rig.AskBehindAsync<long>($"select count(*) from {(keep.StartsWith("create", StringComparison.Ordinal) ? "made" : "kept")} where name like '900%'")).ShouldBe(0);
        (await first.AskAsync(change)).ShouldNotContain(message => message.StartsWith("E:", StringComparison.Ordinal));
    }

    /// <summary>The target runs what it was given though nobody waits for the answer: it is cancelled before its names are free.</summary>
    [Fact]
    public async Task Who_hangs_up_takes_the_statement_along()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script, namesTimeout: Patience);
        await using var first = await rig.Gateway.ConnectAsync();
        await using var locker = await rig.LockAsync("locked");
        await using (var second = await rig.Gateway.ConnectAsync())
        {
            await second.AskAsync("select name from shown where id = 7");
            await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, Keep));
            await rig.UntilSomebodyWaitsAsync();
        }

        while ((await first.AskAsync(Reveal)).Contains("E:55006")) await Task.Yield();
        await locker.CloseAsync();
        (await rig.AskBehindAsync<bool>("select exists (select from pg_stat_activity where query like 'insert into kept%' and state = 'active' and pid <> pg_backend_pid())")).ShouldBeFalse();
        (await rig.AskBehindAsync<long>("select count(*) from kept")).ShouldBe(1);
    }

    /// <summary>What people looked at for long is judged by the names of when they were done.</summary>
    [Fact]
    public async Task A_statement_that_was_held_runs_though_others_made_tables_meanwhile()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script, namesTimeout: Patience);
        await using var first = await rig.Gateway.ConnectAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await second.AskAsync("select 1");
        await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, "with gone as (delete from orders where id = 7 returning id, total) insert into kept select id, total::text from gone returning name"));
        var request = await rig.Gate.Approvals.Requested;
        (await first.AskAsync("create table elsewhere (id int)")).ShouldContain("C:CREATE TABLE");
        rig.Gate.Holds.Resolve(new(request.RequestId, request.IngressId, ApprovalOutcome.Approved, ["bea"], null, rig.Gate.Clock.GetUtcNow()));
        (await second.ReadUntilAsync('Z')).ShouldContain("D:70");
    }
}
