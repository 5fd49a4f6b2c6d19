using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Lineage;

/// <summary>The session's own tables and views, whose definitions are written under its search path.</summary>
public sealed class TemporaryTests
{
    static readonly SqlContext Context = LineageRig.Context with
    {
        SearchPath = ["pg_temp_7", "pg_catalog", "public"],
        IsTemporary = static name => name is "tt" or "tv" or "tw" or "customers" or "heir",
        Temporary = new(
            new[]
            {
                LineageRig.Relation("pg_temp.tt", 'r', "id note last", generated: ("last", "\"right\"(note, 4)")),
                LineageRig.Relation("pg_temp.tv", 'v', "id b c1", "SELECT id, (ssn < '135'::text) AS b, \"left\"(ssn, 1) AS c1 FROM public.customers;"),
                LineageRig.Relation("pg_temp.tw", 'v', "x y z", "SELECT tv.c1 AS x, a.ssn AS y, customers.note AS z FROM tv, archive a, customers;"),
                LineageRig.Relation("pg_temp.customers", 'r', "id note"),
            }.ToDictionary(static r => r.Name),
            ["pg_temp_7", "pg_catalog", "public"]),
    };

    [Theory]
    [InlineData("select * from tt", "id=pg_temp.tt.id,?; note=pg_temp.tt.note,?; last=pg_temp.tt.last,pg_temp.tt.note>pg_catalog.right,?")]
    [InlineData("select * from pg_temp.tv", "id=customers.id,pg_temp.tv.id,?; b=customers.ssn,pg_temp.tv.b,?; c1=customers.ssn>pg_catalog.left,pg_temp.tv.c1,?")]
    [InlineData("select * from tw", "x=customers.ssn>pg_catalog.left,pg_temp.tv.c1,pg_temp.tw.x,?; y=archive.ssn,pg_temp.tw.y,?; z=pg_temp.customers.note,pg_temp.tw.z,?")]
    [InlineData("select note from customers", "note=pg_temp.customers.note,?")]
    [InlineData("select note from public.customers", "note=customers.note")]
    [InlineData("select note from heir", "note=?")]
    [InlineData("select id from pg_temp.nosuch", "id=?")]
    [InlineData("select id from pg_temp_7.tt", "id=?")]
    public void They_are_followed_and_yet_not_known(string sql, string expected) => LineageRig.Result(sql, Context).ShouldBe(expected);

    [Theory]
    [InlineData("select count(*) from tv where b", "customers.ssn:Other; pg_temp.tv.b:Equality")]
    [InlineData("select count(*) from tv where c1 in ('1', '2')", "customers.ssn:Other; pg_temp.tv.c1:Equality")]
    [InlineData("select count(*) from tv where c1 is null", "customers.ssn:Other; pg_temp.tv.c1:NullTest")]
    [InlineData("select count(*) from tv where id = 1", "customers.id:Equality; pg_temp.tv.id:Equality")]
    [InlineData("insert into tt (id, note) select id, ssn from public.customers", "customers.id:Stored; customers.ssn:Stored")]
    [InlineData("insert into heir (id, note) select id, note from public.customers", "customers.id:Stored; customers.note:Stored")]
    [InlineData("update tt set note = 'x' where id = 1 and note is null", "pg_temp.tt.id:Equality; pg_temp.tt.note:NullTest")]
    [InlineData("select count(*) from heir where id = 1", "*:Equality")]
    [InlineData("select id from tt order by id", "*:Order; pg_temp.tt.id:Order")]
    [InlineData("select 1 from tt where id < 5", "*:Range; pg_temp.tt.id:Range")]
    [InlineData("select 1 from tv where id < 5", "*:Range; customers.id:Range; pg_temp.tv.id:Range")]
    [InlineData("select 1 from tt where left(note, 1) = 'X'", "*:Other; pg_temp.tt.note:Other")]
    [InlineData("insert into archive (note) select note from tt", "*:Stored; pg_temp.tt.note:Stored")]
    [InlineData("alter table tt rename note to other", "*:Stored; pg_temp.tt.note:Stored")]
    [InlineData("select 1 from tt, public.customers c where c.ssn = tt.note", "customers.ssn:Search; pg_temp.tt.note:Equality")]
    [InlineData("select 1 from tt, tv where tt.note = tv.c1 or tt.id = tt.note", "customers.ssn:Other; pg_temp.tt.id:Equality; pg_temp.tt.note:Equality; pg_temp.tv.c1:Equality")]
    public void So_are_uses_of_their_columns(string sql, string expected) =>
        string.Join("; ", LineageRig.Uses(sql, Context).Split("; ").Where(u => expected.Contains(u[..u.IndexOf(':')], StringComparison.Ordinal) || u[0] == '*')).ShouldBe(expected);

    [Fact]
    public void Where_the_path_puts_others_first_nothing_is_known() =>
        LineageRig.Result("select note from customers", Context with { SearchPath = ["pg_catalog", "public", "pg_temp_7"] }).ShouldBe("note=?");

    [Fact]
    public void Their_definitions_keep_the_path_that_they_were_written_under() =>
        LineageRig.Result("select y from tw", Context with { SearchPath = ["pg_temp_7", "pg_catalog", "secret"] }).ShouldBe("y=archive.ssn,pg_temp.tw.y,?");

    [Fact]
    public void After_a_change_in_the_same_text_nothing_is_known() =>
        new SqlAnalyzer().Analyze("drop view tv; select id from tv", Context).Statements[1].Result!.ShouldHaveSingleItem().Opaque.ShouldBeTrue();

    [Fact]
    public void Another_session_has_its_own()
    {
        var analyzer = new SqlAnalyzer();
        var other = Context with { Temporary = new(new[] { LineageRig.Relation("pg_temp.tt", 'v', "id", "SELECT ssn AS id FROM public.customers;") }.ToDictionary(static r => r.Name), Context.SearchPath) };
        Sources("select id from tt", Context).ShouldBe("pg_temp.tt.id");
        Sources("select id from tt", other).ShouldContain("public.customers.ssn");
        Sources("select id from pg_temp.tt", Context).ShouldBe("pg_temp.tt.id");
        Sources("select id from pg_temp.tt", other).ShouldContain("public.customers.ssn");
        analyzer.Analyze("select id from pg_temp.tt", LineageRig.Context).Statements[0].Result![0].Opaque.ShouldBeTrue();
        Sources("select id from pg_temp.tt", Context).ShouldBe("pg_temp.tt.id");

        string Sources(string sql, SqlContext context) => string.Join(' ', analyzer.Analyze(sql, context).Statements[0].Result![0].Sources.Select(static s => s.Column));
    }
}
