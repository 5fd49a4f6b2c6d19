using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Understanding;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>What runs before a statement is executed: planning calls functions, parsing reads constants.</summary>
public class EarlyCodeTests
{
    static readonly CatalogSnapshot Shop = Snapshot(
        [
            Table("public", "orders", columns: "id") with { Triggers = [new("public.fire", 4, null)] }, Table("public", "seen", 'v', "SELECT public.fold(1) FROM public.orders"),
            Table("public", "typed") with { Columns = [new("id", 1, 20000)], Expressions = [new('c', "public.fold(id) > 0")] },
            Table("public", "listed") with { Columns = [new("ids", 1, 20001), new("note", 2, 25)], Expressions = [new('t', "public.fold(VALUE) > 0")] },
        ],
        Function("public", "fold", "sql", 'i', "select 1"), Function("public", "take", "plpgsql", 'v') with { Definition = "CREATE PROCEDURE take(ids checked[]) LANGUAGE plpgsql AS $b$ begin return; end $b$" },
        Function("public", "looks", "sql", 's', "select 1 from public.listed where ids = '{1}'"), Function("public", "looks_elsewhere", "sql", 's', "select 1 from public.listed where true"),
        Function("public", "fire", "plpgsql", 'v') with { Definition = "CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $b$ begin return new; end $b$" }) with
    {
        Domains = new Dictionary<string, IReadOnlyList<string>> { ["checked"] = ["(public.fold(VALUE) > 0)"], ["plain"] = ["(VALUE > 0)"] },
        TypesWithin = new Dictionary<string, IReadOnlyList<string>> { ["_checked"] = ["checked"], ["comp"] = ["checked"] },
        CheckedTypes = new Dictionary<uint, string> { [20000] = "checked", [20001] = "_checked", [20002] = "plain" },
    };

    [Theory]
    [InlineData("select fold($1)"), InlineData("select * from seen"), InlineData("insert into typed values (1)"), InlineData("delete from orders where id = fold(1)")]
    [InlineData("select nobody_knows(1)"), InlineData("with o as (select fold(1)) select * from o"), InlineData("select $1::checked from orders"), InlineData("select 1 from orders where id = any ($1::checked[])")]
    public void Plans_may_call_functions_of_the_databases_own(string sql) => Of(sql, Context(Shop)).Command.PlansCode.ShouldBeTrue();

    [Theory]
    [InlineData("select * from orders where id = $1 order by lower($2)"), InlineData("insert into orders values (1)"), InlineData("select nextval('s'), now() from orders for update"), InlineData("select $1::plain")]
    [InlineData("explain select fold(1)"), InlineData("declare c cursor for select fold(1)"), InlineData("select fold(1) as a into fresh"), InlineData("create table fresh as select fold(1)"), InlineData("call fold(1)")]
    public void Triggers_commands_and_what_is_built_in_do_not_run_before_they_are_executed(string sql) => Of(sql, Context(Shop)).Command.PlansCode.ShouldBeFalse();

    [Theory]
    [InlineData("select '{1}'::checked[] from orders", true)]
    [InlineData("select '(1)'::comp from orders", true)]
    [InlineData("explain select '{1}'::_checked from orders", true)]
    [InlineData("insert into listed values ('{1}')", true)]
    [InlineData("insert into typed values (1)", false)]
    [InlineData("select '1'::checked from orders", false)]
    [InlineData("select fold(1) from orders", false)]
    [InlineData("select '{1}'::plain[] from orders", false)]
    public void Constants_are_checked_at_once_within_other_types_alone(string sql, bool expected) => Of(sql, Context(Shop)).Command.ParsesCode.ShouldBe(expected);

    /// <summary>They are of the type of what stands beside them.</summary>
    [Theory]
    [InlineData("select 1 from listed where ids = '{1}'", true, true), InlineData("select 1 from listed where ids = $1", true, false)]
    [InlineData("select 1 from listed where ids = any (select ids from listed)", false, false), InlineData("select * from listed", false, false)]
    [InlineData("delete from listed where ids in ('{1}')", true, true), InlineData("select coalesce(ids, $1) from listed", true, false)]
    [InlineData("insert into listed values ($1)", true, false), InlineData("select $1::checked[]", true, false)]
    [InlineData("select 1 from typed where id = '1'", false, false), InlineData("select t.*, $1::text from typed t", false, false)]
    [InlineData("select 1 from typed where array[id] = '{1}'", true, true), InlineData("select coalesce(t, '(1)') from typed t", true, true)]
    [InlineData("select array(select id from typed) = $1", true, false), InlineData("select lag(id, 1, $1) over () from typed", true, false)]
    [InlineData("explain select 1 from listed where ids = $1", true, false), InlineData("declare c cursor for select 1 from typed where id = $1::checked", true, false)]
    [InlineData("call take('{1}')", false, true), InlineData("call take($1)", true, false)]
    [InlineData("explain select 1 from orders where fold($1) = 1", false, false)]
    public void Strings_are_checked_at_Parse_and_parameters_at_Bind_without_a_word_of_their_type(string sql, bool plans, bool parses)
    {
        var statement = Of(sql, Context(Shop));
        (statement.Command.PlansCode, statement.Command.ParsesCode).ShouldBe((plans, parses));
        Summary(statement).Contains("execute public.fold", StringComparison.Ordinal).ShouldBe(plans || parses || sql.Contains("fold", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("select looks()", "execute public.looks, select public.listed, ~execute public.fold | read")]
    [InlineData("select looks_elsewhere()", "execute public.looks_elsewhere, select public.listed | read")]
    public void Strings_in_stored_code_are_checked_as_well(string sql, string expected) => Summary(Of(sql, Context(Shop))).ShouldBe(expected);

    [Fact]
    public void What_is_written_to_temporary_tables_is_checked_as_well()
    {
        var own = Context(Shop) with
        {
            IsTemporary = static name => name is "mine" or "other", IsPlainTable = static _ => true,
            Temporary = new(new Dictionary<string, CatalogRelation> { ["mine"] = Table("pg_temp", "mine") with { Columns = [new("id", 1, 20000)] } }, []),
        };
        Summary(Of("insert into mine select 1", own)).ShouldBe("insert pg_temp.mine, ~execute public.fold | read, write");
        Summary(Of("insert into other values (1)", own)).ShouldContain("~execute public.fold");
        Summary(Of("select 1 from mine where id = '1'", own)).ShouldBe("select pg_temp.mine | read");
    }

    [Theory]
    [InlineData("select $1 from orders", 20000u, "select public.orders, ~execute public.fold | read")]
    [InlineData("select $1 from orders", 20001u, "select public.orders, ~execute public.fold | read")]
    [InlineData("select $1 from orders", 20002u, "select public.orders | read")]
    [InlineData("select $1 from orders", 25u, "select public.orders | read")]
    public void Parameters_of_domains_run_their_checks(string sql, uint type, string expected)
    {
        var statement = ForeignParameters.In(Of(sql, Context(Shop)), [type], Context(Shop));
        Summary(statement).ShouldBe(expected);
        statement.Command.PlansCode.ShouldBe(expected.Contains("fold", StringComparison.Ordinal));
    }

    [Fact]
    public void A_prepared_statements_declared_types_count_and_what_nobody_knows_is_unknown()
    {
        Summary(Of("prepare p(public.checked) as select $1 from orders", Context(Shop)).Command.Inner!).ShouldBe("select public.orders, ~execute public.fold | read");
        Summary(Of("prepare p as select '{1}'::checked[] from orders", Context(Shop))).ShouldBe("~execute public.fold, select public.orders | read");
        var changed = Context(CatalogSnapshot.Changed);
        Summary(ForeignParameters.In(Of("select $1 from orders", changed), [20000], changed)).ShouldBe("select public.orders | read, unknown");
    }
}
