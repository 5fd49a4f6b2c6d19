using System.Text.Json;
using Hoop.Contracts.Approvals;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Previews;

public class PreviewTests
{
    [Fact]
    public async Task Estimates_know_the_bind_values_and_tables_their_size()
    {
        await using var rig = await PreviewRig.StartAsync();
        var preview = await rig.HoldAsync("delete from customers where id between $1 and $2", "1", "100");
        preview.EstimatedRows!.Value.ShouldBeInRange(50, 200);
        preview.Plan.ShouldContain("ModifyTable");
        var table = preview.Details!.Tables[0];
        (table.Name, table.Verb).ShouldBe(("public.customers", "delete"));
        table.EstimatedRows!.Value.ShouldBeInRange(50, 200);
        table.TotalRows.ShouldBe(500);
        table.Bytes!.Value.ShouldBeGreaterThan(0);
        (await rig.SeeAsync("select count(*) from customers")).ShouldBe(500L);
    }

    [Fact]
    public async Task A_delete_shows_rows_that_would_go()
    {
        await using var rig = await PreviewRig.StartAsync();
        var sample = (await rig.HoldAsync("delete from customers where id > $1 and name <> $2", "100", "x")).Details!.Sample.ShouldNotBeNull();
        (sample.Table, sample.Verb, sample.More).ShouldBe(("public.customers", "delete", true));
        sample.Rows.Count.ShouldBe(10);
        sample.Columns.Select(column => column.Name).ShouldBe(["id", "name", "ssn", "balance", "seen"]);
        sample.Rows.ShouldAllBe(row => int.Parse(row.Before![0]!) > 100 && row.After == null);
    }

    [Fact]
    public async Task An_update_shows_each_row_before_and_after_as_the_column_would_keep_it()
    {
        await using var rig = await PreviewRig.StartAsync();
        var sample = (await rig.HoldAsync("update customers c set balance = balance / 3, name = upper(name) || $1 from orders o where o.customer = c.id and o.id = 7", "!")).Details!.Sample.ShouldNotBeNull();
        var row = sample.Rows.ShouldHaveSingleItem();
        sample.Columns.Where(column => column.Changes).Select(column => column.Name).ShouldBe(["name", "balance"]);
        (row.Before![1], row.Before[3]).ShouldBe(("name 7", "7.00"));
        (row.After![1], row.After[3]).ShouldBe(("NAME 7!", "2.33"));
        row.After[0].ShouldBe("7");
        sample.More.ShouldBeFalse();
        (await rig.SeeAsync("select name from customers where id = 7")).ShouldBe("name 7");
    }

    [Theory]
    [InlineData("insert into notes (id, words) values (1, 'a'), (2, null)", "id words", "1 a|2 NULL")]
    [InlineData("insert into notes select id, id, name from customers where id <= 2 on conflict (id) do update set words = 'b'", "id customer words", "1 1 name_1|2 2 name_2")]
    public async Task An_insert_shows_what_it_makes(string sql, string columns, string rows)
    {
        await using var rig = await PreviewRig.StartAsync();
        var sample = (await rig.HoldAsync(sql)).Details!.Sample.ShouldNotBeNull();
        sample.Columns.Select(column => column.Name).ShouldBe(columns.Split(' '));
        sample.Rows.Select(row => string.Join(' ', row.After!.Select(value => value?.Replace(' ', '_') ?? "NULL"))).ShouldBe(rows.Split('|'));
        sample.Rows.ShouldAllBe(row => row.Before == null);
        (await rig.SeeAsync("select count(*) from notes")).ShouldBe(0L);
    }

    [Theory]
    [InlineData("update customers set ssn = reverse(ssn), name = ssn || name where id = 7")]
    [InlineData("update customers set name = (select string_agg(ssn, ',') from customers)")]
    [InlineData("delete from customers where ssn like '900%'")]
    [InlineData("delete from people where id < 9")]
    [InlineData("update people set number = number || '1', name = number")]
    [InlineData("insert into notes select id, null, ssn from customers")]
    [InlineData("insert into customers (id, name, ssn) select id + 1000, name, ssn from customers")]
    [InlineData("insert into people select id + 1000, number, number from people")]
    [InlineData("delete from orders using customers where ssn::text < name")]
    [InlineData("update customers set balance = (replace(ssn, '-', '')::numeric) % 10000")]
    [InlineData("update customers set balance = ssn::numeric")]
    [InlineData("insert into notes values (1, null, '4111 1111 1111 ' || '1111')")]
    public async Task Approvers_never_see_a_masked_value_though_whoever_asks_may(string sql)
    {
        await using var rig = await PreviewRig.StartAsync();
        var preview = await rig.HoldAsync(sql);
        var all = JsonSerializer.Serialize(preview with { Plan = "" });
        all.ShouldNotContain("900-45");
        all.ShouldNotContain("54-009");
        all.ShouldNotContain("90045");
        all.ShouldNotContain("4111 1111 1111 1111");
        (preview.Details!.Sample is not null || preview.Details.Notes.Any(note => note.StartsWith("No rows are shown"))).ShouldBeTrue();
        preview.Plan.ShouldNotContain("900-45");
    }

    [Fact]
    public async Task What_comes_to_stand_in_a_masked_column_is_masked_like_what_is_there()
    {
        await using var rig = await PreviewRig.StartAsync();
        var sample = (await rig.HoldAsync("update customers set ssn = '111-22-3333', name = ssn where id = 7")).Details!.Sample.ShouldNotBeNull();
        var row = sample.Rows.ShouldHaveSingleItem();
        row.Before![2]!.ShouldEndWith("0007");
        row.Before[2]!.ShouldNotContain("900");
        row.After![2]!.ShouldNotContain("111");
        row.After[1]!.ShouldNotContain("900");
        sample.Columns.Where(column => column.Masked).Select(column => column.Name).ShouldBe(["name", "ssn"]);
    }

    [Theory]
    [InlineData("delete from customers where id = tick()", "No rows are shown: it calls tick(), which is not called just to look.")]
    [InlineData("update customers set balance = tick() where id = 7", "What balance becomes is not shown: it calls tick().")]
    [InlineData("update customers set balance = random() where id = 7", "What balance becomes is not shown: it calls random().")]
    [InlineData("delete from customers where id = liar()", "No rows are shown: ")]
    [InlineData("delete from customers where 1 @@@ 2", "No rows are shown: it uses the operator @@@ of somebody's own, which is not called just to look.")]
    [InlineData("delete from customers where id = (7::small)", "No rows are shown: it casts to small by somebody's own code, which is not called just to look.")]
    [InlineData("delete from customers where small(7) = id", "No rows are shown: ")]
    [InlineData("delete from customers where ('(1)'::pair)::bytea = 'x'", "No rows are shown: it casts to bytea by somebody's own code, which is not called just to look.")]
    [InlineData("delete from customers c where c.noisy = 1", "No rows are shown: it calls noisy(), which is not called just to look.")]
    [InlineData("insert into notes (id) values (tick())", "No rows are shown: it calls tick(), which is not called just to look.")]
    [InlineData("with gone as (delete from orders returning id) delete from customers using gone where customers.id = gone.id", "No rows are shown: looking for them would do more than read.")]
    [InlineData("delete from customers where pg_sleep(60) is not null", "No rows are shown: it calls pg_sleep(), which is not called just to look.")]
    [InlineData("delete from customers where id in (select id from orders for update)", "No rows are shown: looking for them would do more than read.")]
    public async Task Nothing_is_called_that_might_do_something(string sql, string note)
    {
        await using var rig = await PreviewRig.StartAsync();
        var preview = await rig.HoldAsync(sql);
        preview.Details!.Notes.ShouldContain(said => said.StartsWith(note), string.Join('\n', preview.Details.Notes));
        (await rig.SeeAsync("select is_called from ticks")).ShouldBe(false);
        (await rig.SeeAsync("select count(*) from customers")).ShouldBe(500L);
    }

    /// <summary>Each call fails, which a plan would tell.</summary>
    [Theory]
    [InlineData("delete from customers where id = shout(7)")]
    [InlineData("delete from customers where id = $1::loudly")]
    [InlineData("insert into shouted values ('{7}')")]
    [InlineData("insert into shouted values ($1)")]
    [InlineData("delete from customers using shouting where customers.id = shouting.id")]
    public async Task Planning_runs_nothing_that_waits(string sql)
    {
        await using var rig = await PreviewRig.StartAsync();
        await rig.BehindAsync("""
            create function shout(int) returns int language plpgsql immutable as $$ begin raise exception 'called'; end $$;
            create domain loudly as int check (public.shout(value) > 0);
            create table shouted (ids loudly[]);
            create view shouting as select shout(7) as id;
            """);
        var preview = sql.Contains('$') ? await rig.HoldAsync(sql, sql.Contains("insert", StringComparison.Ordinal) ? "{7}" : "7") : await rig.HoldAsync(sql);
        preview.Plan.ShouldBe("No plan: planning it would already run functions that nobody has agreed to yet.");
    }

    [Theory]
    [InlineData("insert into shouted values ('{7}')")]
    [InlineData("insert into shouted values ($1)", "{7}")]
    public async Task Values_that_the_server_checks_as_it_reads_them_are_not_read(string sql, params string[] values)
    {
        await using var rig = await PreviewRig.StartAsync();
        await rig.BehindAsync("""
            create function shout(int) returns int language plpgsql immutable as $$ begin raise exception 'called'; end $$;
            create domain loudly as int check (public.shout(value) > 0);
            create table shouted (ids loudly[], note text);
            """);
        (await rig.HoldAsync(sql, values)).Details!.Notes.ShouldContain("No rows are shown: reading its values would already run functions that nobody has agreed to yet.");
    }

    [Theory]
    [InlineData("delete from orders; delete from customers", "No plan: the text has several statements.", "the text has several statements")]
    [InlineData("truncate customers cascade", "No plan: EXPLAIN does not take this kind of statement.", "the statement changes no rows by itself")]
    [InlineData("drop table notes", "No plan: EXPLAIN does not take this kind of statement.", "the statement changes no rows by itself")]
    [InlineData("merge into orders o using customers c on o.customer = c.id when matched then delete", "", "MERGE does something else with each row")]
    [InlineData("update customers set (name, ssn) = ('a', 'b') where id = 7", "", "")]
    public async Task What_cannot_be_shown_says_why(string sql, string plan, string rows)
    {
        await using var rig = await PreviewRig.StartAsync();
        var preview = await rig.HoldAsync(sql);
        if (plan.Length > 0) preview.Plan.ShouldBe(plan);
        else preview.Plan.ShouldContain("Plan");
        if (rows.Length > 0) preview.Details!.Notes.ShouldContain($"No rows are shown: {rows}.");
        else preview.Details!.Notes.ShouldBe(["What name becomes is not shown: it is set together with others.", "What ssn becomes is not shown: it is set together with others."]);
        preview.Details.Tables.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Triggers_and_references_are_told_and_only_those_that_the_change_meets()
    {
        await using var rig = await PreviewRig.StartAsync();
        Says(await rig.HoldAsync("delete from customers where id = 7")).ShouldBe(
            ["reference it fails while rows of public.notes refer to what it deletes (foreign key notes_customer_fkey)",
             "cascade rows of public.orders that refer to a deleted row are deleted too (foreign key orders_customer_fkey)"], ignoreOrder: true);
        await using var other = await PreviewRig.StartAsync();
        Says(await other.HoldAsync("update customers set name = 'x'")).ShouldBe(["trigger trigger watch runs public.audit() after each row"]);
        await using var third = await PreviewRig.StartAsync();
        Says(await third.HoldAsync("update customers set balance = 0")).ShouldBeEmpty();

        static IEnumerable<string> Says(ApprovalPreviewed preview) => preview.Details!.Consequences.Select(consequence => $"{consequence.Kind} {consequence.Says}");
    }

    [Fact]
    public async Task What_a_trigger_would_do_does_not_stand_in_the_way_of_looking()
    {
        await using var rig = await PreviewRig.StartAsync();
        await rig.BehindAsync("""
            create function run() returns trigger language plpgsql as $$ begin execute 'select nextval(''ticks'')'; copy (select 1) to program 'true'; return null; end $$;
            create trigger runs before delete on notes for each statement execute function run();
            insert into notes values (1, 1, 'kept');
            """);
        var preview = await rig.HoldAsync("delete from notes where id = 1");
        preview.Plan.ShouldContain("ModifyTable");
        preview.Details!.Sample.ShouldNotBeNull().Rows.ShouldHaveSingleItem().Before![2].ShouldBe("kept");
        preview.Details.Consequences.ShouldContain(new PreviewConsequence("trigger", "public.notes", "trigger runs runs public.run() before the statement"));
        (await rig.SeeAsync("select is_called from ticks")).ShouldBe(false);
    }

    [Fact]
    public async Task Rows_are_chosen_in_the_clients_own_time_zone_and_search_path()
    {
        await using var rig = await PreviewRig.StartAsync();
        await rig.RunAsync("set timezone = 'Pacific/Kiritimati'");
        await rig.RunAsync("set search_path = pg_catalog, public");
        var sample = (await rig.HoldAsync("delete from customers where seen::date = '2026-01-02' and id = 7")).Details!.Sample.ShouldNotBeNull();
        sample.Rows.ShouldHaveSingleItem().Before![4].ShouldBe("2026-01-02 02:00:00+14");
    }
}
