using Hoop.Contracts.Operations;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Understanding;

public class CommandTests
{
    [Theory]
    [InlineData("begin", SqlCommandKind.Begin, null, null)]
    [InlineData("end", SqlCommandKind.Commit, null, null)]
    [InlineData("rollback", SqlCommandKind.Rollback, null, null)]
    [InlineData("savepoint A", SqlCommandKind.Savepoint, "a", null)]
    [InlineData("rollback to \"A\"", SqlCommandKind.RollbackTo, "A", null)]
    [InlineData("release a", SqlCommandKind.Release, "a", null)]
    [InlineData("prepare transaction 'g'", SqlCommandKind.PrepareTransaction, "g", null)]
    [InlineData("set Search_Path to App, \"B\"", SqlCommandKind.Set, "search_path", "app, B")]
    [InlineData("set x.y = 1.5", SqlCommandKind.Set, "x.y", "1.5")]
    [InlineData("set search_path to default", SqlCommandKind.Set, "search_path", null)]
    [InlineData("set time zone interval '2' hour", SqlCommandKind.Set, "timezone", "2")]
    [InlineData("select set_config('Search_Path', 'a', false)", SqlCommandKind.Set, "search_path", "a")]
    [InlineData("reset search_path", SqlCommandKind.Reset, "search_path", null)]
    [InlineData("reset all", SqlCommandKind.Reset, null, null)]
    [InlineData("show all", SqlCommandKind.Show, null, null)]
    [InlineData("show server_version", SqlCommandKind.Show, "server_version", null)]
    [InlineData("discard all", SqlCommandKind.Discard, null, null)]
    [InlineData("discard temp", SqlCommandKind.Discard, "temp", null)]
    [InlineData("deallocate all", SqlCommandKind.Deallocate, null, null)]
    [InlineData("deallocate p", SqlCommandKind.Deallocate, "p", null)]
    [InlineData("close c", SqlCommandKind.CloseCursor, "c", null)]
    [InlineData("fetch c", SqlCommandKind.Fetch, "c", null)]
    [InlineData("listen c", SqlCommandKind.Listen, "c", null)]
    [InlineData("unlisten *", SqlCommandKind.Unlisten, null, null)]
    [InlineData("notify c", SqlCommandKind.Notify, "c", null)]
    [InlineData("copy t from stdin", SqlCommandKind.CopyIn, null, null)]
    [InlineData("copy t to stdout", SqlCommandKind.CopyOut, null, null)]
    [InlineData("copy t to '/x'", SqlCommandKind.Other, null, null)]
    [InlineData("create table t (a int)", SqlCommandKind.Ddl, null, null)]
    [InlineData("select 1 into t", SqlCommandKind.Ddl, null, null)]
    [InlineData("do 'x'", SqlCommandKind.Ddl, null, null)]
    [InlineData("select unheard_of()", SqlCommandKind.Ddl, null, null)]
    [InlineData("drop table t", SqlCommandKind.Ddl, null, null)]
    [InlineData("select 1 from t", SqlCommandKind.Other, null, null)]
    [InlineData(" -- nothing", SqlCommandKind.Empty, null, null)]
    public void The_session_learns_what_a_statement_does_to_it(string sql, SqlCommandKind kind, string? name, string? value)
    {
        var command = Of(sql).Command;
        (command.Kind, command.Name, command.Value).ShouldBe((kind, name, value));
    }

    [Fact]
    public void A_local_set_is_told_apart()
    {
        Of("set local search_path = a").Command.Local.ShouldBeTrue();
        Of("select set_config('search_path', 'a', true)").Command.Local.ShouldBeTrue();
        Of("set search_path = a").Command.Local.ShouldBeFalse();
    }

    [Fact]
    public void Statements_of_a_script_keep_their_own_text()
    {
        var statements = Analyzer.Analyze("select 'ä;'; -- two\n delete from t;;select 3 ", Context()).Statements;
        statements.Select(s => s.Text.Trim()).ShouldBe(["select 'ä;'", "delete from t", "select 3"], Case.Sensitive);
    }

    [Fact]
    public void Execute_is_judged_by_the_prepared_statement_with_names_as_they_resolve_now()
    {
        var prepare = Of("prepare p (int) as delete from orders where id = $1");
        var context = Context() with { Prepared = name => name == "p" ? prepare : null };

        prepare.Command.Inner.ShouldNotBeNull().Facts.Effects.ShouldBe(Contracts.Operations.Effects.Write);
        Summary(Of("execute p(1)", context)).ShouldBe("delete public.orders | write");
        Summary(Of("execute p(1)", context with { SearchPath = ["pg_catalog", "app"] })).ShouldBe("delete app.orders | write");
        Summary(Of("execute p(dblink('a', 'b'))", context)).ShouldBe("execute public.dblink, delete public.orders | write, network, dynamic");
        Summary(Of("explain analyze execute p(1)", context)).ShouldBe("delete public.orders | write");
        Summary(Of("create table x as execute p(1)", context)).ShouldStartWith("create public.x, delete public.orders");
        Of("execute p(1)", context).Command.ShouldSatisfyAllConditions(c => c.Kind.ShouldBe(SqlCommandKind.Execute), c => c.Name.ShouldBe("p"));
    }

    [Fact]
    public void What_depends_on_a_session_is_not_shared_with_another()
    {
        var (read, write) = (Of("prepare p as select * from t"), Of("prepare p as delete from t"));
        Summary(Of("execute p", Context() with { Prepared = _ => read })).ShouldBe("select public.t | read");
        Summary(Of("execute p", Context() with { Prepared = _ => write })).ShouldBe("delete public.t | write, masswrite");
    }

    [Fact]
    public void A_protocol_level_statement_can_be_executed_too() =>
        Summary(Of("execute s1", Context() with { Prepared = _ => Of("truncate orders") })).ShouldBe("truncate public.orders | write, masswrite, destructive");

    [Fact]
    public void Fetch_returns_the_cursor_s_columns()
    {
        var declare = Of("declare c cursor for select ssn as x from customers");
        var fetch = Of("fetch c", Context() with { Cursor = _ => declare });
        fetch.Result.ShouldBe(declare.Command.Inner.ShouldNotBeNull().Result);
        Of("fetch c").Result.ShouldBeNull();
        Of("move c", Context() with { Cursor = _ => declare }).Result.ShouldBeNull();
    }

    [Fact]
    public void Explain_shows_a_plan_and_still_uses_the_columns_of_its_condition()
    {
        var explain = Of("explain select 1 from customers where ssn = '1'");
        explain.Result.ShouldNotBeNull().ShouldHaveSingleItem().Sources.ShouldBeEmpty();
        explain.Facts.ColumnUses.ShouldBe(Of("select 1 from customers where ssn = '1'").Facts.ColumnUses);
    }

    [Theory]
    [InlineData("delete from")]
    [InlineData("select '\0'")]
    [InlineData("select 1; selec 2; drop table t")]
    public void What_does_not_parse_is_one_statement_that_is_not_understood(string sql)
    {
        var analysis = Analyzer.Analyze(sql, Context());
        analysis.Error.ShouldNotBeNull();
        var facts = analysis.Statements.ShouldHaveSingleItem().Facts;
        facts.Understood.ShouldBeFalse();
        facts.Plumbing.ShouldBeFalse();
        facts.Effects.ShouldBe(Contracts.Operations.Effects.Unknown);
        facts.Accesses.ShouldBe([new ObjectAccess("*", "other", "*")]);
    }

    [Theory]
    [InlineData("work_mem = '64MB'"), InlineData("local maintenance_work_mem to '1GB'"), InlineData("temp_buffers = 1024"), InlineData("hash_mem_multiplier = 2"), InlineData("effective_io_concurrency = 0")]
    [InlineData("max_parallel_workers = 0"), InlineData("enable_seqscan = off"), InlineData("statement_timeout = 0"), InlineData("lock_timeout = '1s'"), InlineData("jit = off"), InlineData("vacuum_cost_delay = 0")]
    [InlineData("extra_float_digits = 3"), InlineData("client_min_messages = warning"), InlineData("application_name = 'x'"), InlineData("idle_in_transaction_session_timeout = 0"), InlineData("random_page_cost = 1.1")]
    [InlineData("row_security = off")]
    public void Settings_that_format_plan_and_wait_need_no_rule(string setting) => Summary(Of($"set {setting}")).ShouldBe("plumbing");

    [Theory]
    [InlineData("session_replication_role", "replica"), InlineData("transform_null_equals", "on"), InlineData("backslash_quote", "on"), InlineData("synchronous_commit", "off"), InlineData("jit_provider", "x"), InlineData("app.tenant", "5")]
    public void Others_are_the_sessions_own_business_only_by_a_rule(string name, string value) =>
        Summary(Of($"set {name} = '{value}'")).ShouldBe($"set setting:{name} | session");
}
