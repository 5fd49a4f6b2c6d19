using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Lineage;

/// <summary>What the server compares with what is written says by failing how a masked value stands to it.</summary>
public class RowChecksTests
{
    static readonly SqlContext Context = new()
    {
        SearchPath = ["pg_catalog", "public"],
        Catalog = new()
        {
            Relations = new[]
            {
                Checked("public.emp", "id low ssn city", ('c', "(low <= ssn)"), ('c', "((city)::text <> ''::text)"), ('v', "(VALUE <> ''::text)"), ('p', "(ssn > low)")),
                Checked("public.rooms", "id room ssn", ('x', "(room) OPERATOR(pg_catalog.=) (room) AND (ssn) OPERATOR(pg_catalog.&&) (ssn)")),
                Checked("public.guests", "id room ssn", ('x', "(ssn) OPERATOR(pg_catalog.=) (ssn) AND (room) OPERATOR(pg_catalog.&&) (room)")),
                Checked("public.phones", "id phone ssn", ('c', "((phone IS NOT NULL) OR (ssn IS NOT NULL))")),
                Checked("public.indexed", "id low ssn", ('i', "(1 / (low - (ssn)::integer)), lower(ssn)")),
                Checked("public.listed", "id low ssn", ('i', "lower(ssn)"), ('i', "((low || ssn))")),
                Checked("public.unique", "id low ssn", ('i', "(ssn > low)"), ('u', "(ssn > low)")),
                Checked("public.called", "id low ssn", ('c', "public.fits(low)")),
                Checked("public.made", "id low ssn q") is var made ? made with { Columns = [.. made.Columns.Take(3), made.Columns[3] with { Generated = "(1 / ((ssn)::integer - low))" }] } : null!,
                Checked("public.base", "id low ssn", ('c', "(low < ssn)")),
                Checked("public.heir", "id low ssn more", ('c', "(low < ssn)"), ('c', "(more < ssn)")) with { Parents = ["public.base"] },
                Checked("public.keys", "id") with { Cascades = [new("public.passed", 'a', 'c') { Key = [1], ChildKey = [2] }] },
                Checked("public.passed", "id low ssn", ('c', "(low < ssn)")),
                Checked("public.grades", "id note") with { Cascades = [new("public.graded", 'a', 'a') { Key = [1], ChildKey = [2] }] },
                Checked("public.graded", "id ssn"),
                Checked("public.pairs", "a b") with { Cascades = [new("public.paired", 'a', 'a') { Key = [1, 2], ChildKey = [2, 3] }] },
                Checked("public.paired", "id low ssn"),
                Checked("public.areas", "id") with { Cascades = [new("public.grades", 'c', 'a') { Key = [1], ChildKey = [2] }] },
                Checked("public.v", "id low", []) with { Kind = 'v', Definition = "SELECT emp.id, emp.low FROM public.emp" },
            }.ToDictionary(static r => r.QualifiedName),
        },
    };

    [Theory]
    [InlineData("update emp set low = 7 where id = 1", "emp.ssn:Range")]
    [InlineData("update v set low = 7 where id = 1", "emp.ssn:Range")]
    [InlineData("insert into emp values (1, 7, 'x', 'y') on conflict (id) do update set low = 7", "emp.ssn:Range")]
    [InlineData("merge into emp using orders o on emp.id = o.id when matched then update set low = 7", "emp.ssn:Range")]
    [InlineData("update phones set phone = null", "phones.ssn:NullTest")]
    [InlineData("update indexed set low = 7", "indexed.ssn:Other")]
    [InlineData("update \"unique\" set low = 7", "unique.ssn:Range")]
    [InlineData("update made set low = 7", "made.ssn:Other")]
    [InlineData("update base set low = 7", "base.ssn:Range; heir.ssn:Range")]
    [InlineData("update heir set more = 7", "base.ssn:Range; heir.ssn:Range")]
    [InlineData("update keys set id = 7 where id = 1", "passed.ssn:Range")]
    [InlineData("delete from grades where id < 7", "graded.ssn:Equality")]
    [InlineData("delete from areas where id < 7", "graded.ssn:Equality")]
    [InlineData("update paired set low = 8 where id < 7", "paired.ssn:Equality")]
    [InlineData("update grades set id = 8 where id < 7", "graded.ssn:Equality")]
    [InlineData("merge into grades using emp on emp.id = grades.id when matched then delete", "graded.ssn:Equality")]
    [InlineData("insert into rooms values (1, 2, 'x')", "rooms.ssn:Other")]
    [InlineData("copy rooms from stdin", "rooms.ssn:Other")]
    [InlineData("update rooms set room = 2", "rooms.ssn:Other")]
    [InlineData("merge into rooms using orders o on rooms.id = o.id when not matched then insert values (1, 2, 'x')", "rooms.ssn:Other")]
    [InlineData("insert into guests values (1, 2, 'x')", "guests.ssn:Equality")]
    public void Beside_what_is_written_a_value_that_stays_is_asked_about(string sql, string uses) => OfSsn(sql).ShouldBe(uses);

    [Theory]
    [InlineData("update emp set city = 'x'")]
    [InlineData("update emp set low = 7, ssn = 'x'")]
    [InlineData("update emp set ssn = 'x' where id = 1")]
    [InlineData("insert into emp values (1, 7, 'x', 'y')")]
    [InlineData("copy emp from stdin")]
    [InlineData("update rooms set id = 2")]
    [InlineData("update phones set phone = 'x', ssn = null")]
    [InlineData("update listed set low = 'x'")]
    [InlineData("update called set low = 7")]
    [InlineData("update made set id = 7")]
    [InlineData("update base set id = 7")]
    [InlineData("insert into keys values (7)")]
    [InlineData("delete from emp where low = 7")]
    [InlineData("update grades set note = 'x'")]
    [InlineData("update paired set low = 8, ssn = 'x' where id < 7")]
    [InlineData("update paired set id = 8")]
    [InlineData("update areas set id = 8")]
    [InlineData("insert into grades values (1)")]
    public void Nothing_else_is(string sql) => OfSsn(sql).ShouldBe("");

    [Fact]
    public void What_a_key_is_looked_for_with_is_said() =>
        LineageRig.Resolve("delete from grades", Context).Uses.ShouldContain(use => use.Column == "public.graded.ssn" && use.With == "public.grades.id" && use.CheckedBy == "public.graded");

    [Fact]
    public void Who_asks_is_said() => LineageRig.Resolve("update heir set more = 7", Context).Uses.ShouldContain(use => use.Column == "public.heir.ssn" && use.CheckedBy == "public.heir");

    [Fact]
    public void What_is_generated_in_a_table_that_inherits_is_shown_by_those_above()
    {
        var heir = LineageRig.Relation("public.kept", 'r', "id ssn shown", parents: ["public.plain"], generated: ("shown", "(ssn || '!')"));
        var context = new SqlContext { SearchPath = ["public"], Catalog = new() { Relations = new[] { LineageRig.Relation("public.plain", 'r', "id shown"), heir }.ToDictionary(static r => r.QualifiedName) } };
        LineageRig.Result("select shown from plain", context).ShouldContain("kept.ssn");
        LineageRig.Result("select id from plain", context).ShouldNotContain("ssn");
    }

    static string OfSsn(string sql) => string.Join("; ", LineageRig.Uses(sql, Context).Split("; ").Where(static u => u.Contains(".ssn:", StringComparison.Ordinal)));

    static CatalogRelation Checked(string name, string columns, params (char Kind, string Text)[] expressions) =>
        LineageRig.Relation(name, 'r', columns) with { Expressions = [.. expressions.Select(static e => new CatalogExpression(e.Kind, e.Text))] };
}
