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
            Table("public", "typed", columns: "id") with { Expressions = [new('c', "public.fold(id) > 0")] }, Table("public", "listed", columns: "ids") with { Expressions = [new('t', "public.fold(VALUE) > 0")] },
        ],
        Function("public", "fold", "sql", 'i', "select 1"), Function("public", "fire", "plpgsql", 'v') with { Definition = "CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $b$ begin return new; end $b$" }) with
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
