using Hoop.Ingress.Wire.Postgres;
using Npgsql;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Tests.Protocols.Postgres.RowLimitRig;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

public class RowLimitTests
{
    [Theory]
    [InlineData("delete from t where id <= 10", "C:DELETE 10", 10)]
    [InlineData("update t set n = 1 where id <= 10", "C:UPDATE 10", 20)]
    [InlineData("insert into log select i from generate_series(1, 10) i", "C:INSERT 0 10", 20)]
    [InlineData("delete from t where id <= 4; delete from t where id between 5 and 10", "C:DELETE 6", 10)]
    [InlineData("with d as (delete from t where id <= 10 returning id) select count(*) from d", "C:SELECT 1", 10)]
    public async Task Up_to_its_limit_a_change_is_committed(string sql, string tag, int left)
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        var seen = await client.AskAsync(sql);
        seen[^2..].ShouldBe([tag, "Z:I"]);
        (await CountAsync(rig)).ShouldBe(left);
        rig.Gate.Completed.ShouldAllBe(done => done.Result.Succeeded);
    }

    [Theory]
    [InlineData("delete from t where id <= 11")]
    [InlineData("delete from t where id <= 11 returning id")]
    [InlineData("delete from t where id <= 6; delete from t where id between 7 and 11")]
    [InlineData("with d as (delete from t where id <= 11 returning id) select count(*) from d")]
    [InlineData("with d as (delete from t where id <= 10 returning id) insert into log select id from d limit 1")]
    [InlineData("select wipe()")]
    [InlineData("do $$ begin delete from t where id > 3; end $$")]
    [InlineData("explain analyze delete from t")]
    [InlineData("merge into t using generate_series(1, 11) s(i) on t.id = s.i when matched then delete")]
    public async Task One_row_over_the_limit_nothing_is_committed(string sql)
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        var seen = await client.AskAsync(sql);
        seen[^2..].ShouldBe([$"E:{Over}", "Z:I"]);
        seen.Count(message => message.StartsWith("D:", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(10);
        (await CountAsync(rig)).ShouldBe(20);
        (await CountAsync(rig, "count(*) from log")).ShouldBe(0);
        var result = rig.Gate.Completed.ShouldHaveSingleItem().Result;
        result.Succeeded.ShouldBeFalse();
        result.Status.ShouldStartWith(Over);
        (await client.AskAsync("select 1")).ShouldContain("D:1");
    }

    [Fact]
    public async Task The_error_tells_limit_count_rule_and_what_to_do()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("update t set n = 1");
        var error = (await client.ReadAsync())!.Diagnostic;
        error.Message.ShouldBe("the statement touches 20 rows, over its limit of 10; it was rolled back");
        error.Detail.ShouldBe("Policy rule \"few\" limits it to 10 rows.");
        error.Hint!.ShouldContain("Narrow");
    }

    [Fact]
    public async Task In_an_open_transaction_it_fails_as_any_error_would()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.AskAsync("begin");
        (await client.AskAsync("delete from t where id = 20")).ShouldBe(["C:DELETE 1", "Z:T"]);
        await client.AskAsync("savepoint s");
        (await client.AskAsync("delete from t")).ShouldBe([$"E:{Over}", "Z:E"]);
        (await client.AskAsync("select 1")).ShouldBe(["E:25P02", "Z:E"]);
        (await client.AskAsync("rollback to s")).ShouldBe(["C:ROLLBACK", "Z:T"]);
        (await client.AskAsync("delete from t where id <= 10")).ShouldBe(["C:DELETE 10", "Z:T"]);
        (await client.AskAsync("commit")).ShouldBe(["C:COMMIT", "Z:I"]);
        (await CountAsync(rig)).ShouldBe(9);
    }

    [Fact]
    public async Task Committing_after_it_commits_nothing()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            foreach (var sql in new[] { "begin", "delete from t", "commit" }) output.WriteStringMessage(FrontendType.Query, sql);
        });
        await client.ReadUntilAsync('Z');
        (await client.ReadUntilAsync('Z')).ShouldBe([$"E:{Over}", "Z:E"]);
        (await client.ReadUntilAsync('Z')).ShouldBe(["C:ROLLBACK", "Z:I"]);
        (await CountAsync(rig)).ShouldBe(20);
    }

    [Fact]
    public async Task A_read_stops_at_its_limit()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        (await client.AskAsync("select id from t order by id limit 10")).Count.ShouldBe(13);
        var seen = await client.AskAsync("select 1 from t a, t b, t c, t d, t e, t f, t g");
        seen.Count(message => message[0] == 'D').ShouldBe(10);
        seen[^2..].ShouldBe([$"E:{Over}", "Z:I"]);
        seen = await ExtendedAsync(client, "select id from t");
        seen.Count(message => message[0] == 'D').ShouldBe(10);
        seen[^2..].ShouldBe([$"E:{Over}", "Z:I"]);
        await client.AskAsync("begin");
        (await client.AskAsync("select id from t"))[^2..].ShouldBe([$"E:{Over}", "Z:E"]);
    }

    /// <summary>Each FETCH has the limit of what opened its cursor, though nobody asks for it again.</summary>
    [Theory]
    [InlineData("declare c cursor for select id from t", "fetch 10 from c", "D:10 C:FETCH 10 Z:T")]
    [InlineData("declare c cursor for select id from t", "fetch all from c", "E:54H01 Z:E")]
    [InlineData("declare c cursor for select id from t", "move all in c", "C:MOVE 20 Z:T")]
    [InlineData("declare c cursor for select wipe_one(id) from t", "fetch 5 from c", "D:5 C:FETCH 5 Z:T")]
    [InlineData("declare c cursor for select wipe_one(id) from t", "move all in c", "E:54H01 Z:E")]
    [InlineData("select opened()", "fetch all from o", "E:54H01 Z:E")]
    [InlineData("select opened()", "fetch 3 from o", "D:3 C:FETCH 3 Z:T")]
    public async Task A_cursor_has_the_limit_of_its_statement(string open, string fetch, string expected)
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.AskAsync("begin");
        (await client.AskAsync(open))[^1].ShouldBe("Z:T");
        var seen = await client.AskAsync(fetch);
        var rows = seen.Count(static message => message[0] == 'D');
        List<string> ends = [.. seen.Where(static message => message[0] is 'C' or 'E' or 'Z')];
        string.Join(' ', ends[0][0] == 'E' || rows == 0 ? ends : [$"D:{rows}", .. ends]).ShouldBe(expected);
        rows.ShouldBeLessThanOrEqualTo(10);
    }

    [Fact]
    public async Task A_cursor_that_outlives_its_transaction_keeps_its_limit_and_changes_nothing_with_the_COMMIT()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        (await client.AskAsync("declare h cursor with hold for select id from t")).ShouldBe(["C:DECLARE CURSOR", "Z:I"]);
        (await client.AskAsync("fetch all from h"))[^2..].ShouldBe([$"E:{Over}", "Z:I"]);
        (await client.AskAsync("declare w cursor with hold for select wipe_one(id) from t")).ShouldBe([$"E:{Over}", "Z:I"]);
        (await ExtendedAsync(client, "declare w cursor with hold for select wipe_one(id) from t"))[^2..].ShouldBe([$"E:{Over}", "Z:I"]);
        (await client.AskAsync("declare c cursor with hold for select id from t; fetch all from c"))[^2..].ShouldBe([$"E:{Over}", "Z:I"]);
        (await CountAsync(rig)).ShouldBe(20);
    }

    [Fact]
    public async Task A_constraint_that_fails_at_the_commit_is_the_statements_error()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        (await client.AskAsync("insert into late values (1)")).ShouldBe(["E:23505", "Z:I"]);
        rig.Gate.Completed.ShouldHaveSingleItem().Result.Status.ShouldStartWith("23505");
        (await CountAsync(rig, "count(*) from late")).ShouldBe(1);
        (await client.AskAsync("insert into late values (2)")).ShouldBe(["C:INSERT 0 1", "Z:I"]);
    }

    [Fact]
    public async Task An_error_of_its_own_leaves_no_transaction_behind()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        (await client.AskAsync("insert into t values (1, 1)")).ShouldBe(["E:23505", "Z:I"]);
        (await client.AskAsync("insert into log values (1)")).ShouldBe(["C:INSERT 0 1", "Z:I"]);
        (await CountAsync(rig, "count(*) from log")).ShouldBe(1);
    }

    [Fact]
    public async Task A_cancel_reaches_it_and_nothing_stays()
    {
        await using var rig = await StartAsync();
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync();
        await using (var command = new NpgsqlCommand("delete from t using (select pg_sleep(60)) s", connection))
        {
            using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            await Should.ThrowAsync<OperationCanceledException>(() => command.ExecuteNonQueryAsync(cancel.Token));
        }

        (await CountAsync(rig)).ShouldBe(20);
        await using var after = new NpgsqlCommand("select 1", connection);
        (await after.ExecuteScalarAsync()).ShouldBe(1);
    }

    [Theory]
    [InlineData("begin; delete from t; commit")]
    [InlineData("delete from t; commit; select 1")]
    public async Task Transaction_control_among_its_statements_is_refused(string sql)
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        (await client.AskAsync(sql)).ShouldBe([$"E:{Over}", "Z:I"]);
        (await CountAsync(rig)).ShouldBe(20);
        rig.Gate.Completed.ShouldHaveSingleItem().Result.Succeeded.ShouldBeFalse();
    }

    [Theory]
    [InlineData("vacuum t")]
    [InlineData("create index concurrently t_n on t(n)")]
    public async Task What_cannot_run_in_a_transaction_is_not_limited(string sql)
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        (await client.AskAsync(sql))[^1].ShouldBe("Z:I");
        rig.Gate.Completed.ShouldHaveSingleItem().Result.Succeeded.ShouldBeTrue();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(11)]
    public async Task What_people_approved_is_kept_to_its_limit(int rows)
    {
        await using var rig = await StartAsync();
        (rig.Gate.MaxRows, rig.Gate.Decide) = (10, (operation, gate) => gate.Hold(operation));
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync($"delete from t where id <= {rows}");
        await client.ReadUntilAsync('N');
        (await rig.Gate.Held.Task).Approve();
        (await client.ReadUntilAsync('Z')).ShouldBe(rows > 10 ? [$"E:{Over}", "Z:I"] : ["C:DELETE 10", "Z:I"]);
        (await CountAsync(rig)).ShouldBe(rows > 10 ? 20 : 10);
    }

    [Fact]
    public async Task Cascades_of_a_function_count_too()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        (await client.AskAsync("insert into child select i, 1 from generate_series(1, 10) i"))[^2].ShouldBe("C:INSERT 0 10");
        (await client.AskAsync("with d as (delete from t where id = 1 returning 1) select 1 from d"))[^2].ShouldBe($"E:{Over}");
        (await CountAsync(rig)).ShouldBe(20);
    }
}
