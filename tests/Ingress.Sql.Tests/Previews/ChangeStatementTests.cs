using Hoop.Ingress.Sql.Previews;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Previews;

public class ChangeStatementTests
{
    [Theory]
    [InlineData("delete from t", "SELECT \"t\".\"id\" FROM t LIMIT 3")]
    [InlineData("delete from only s.t as x where x.a = $1 returning id;", "SELECT \"x\".\"id\" FROM only s.t as x WHERE x.a = $1 LIMIT 3")]
    [InlineData("DELETE FROM t x USING u, v JOIN w USING (id) WHERE x.id = u.id", "SELECT \"x\".\"id\" FROM t x, u, v JOIN w USING (id) WHERE x.id = u.id LIMIT 3")]
    [InlineData("with old as (select id from u where b = 'x') delete from t where id in (select id from old)", "with old as (select id from u where b = 'x') SELECT \"t\".\"id\" FROM t WHERE id in (select id from old) LIMIT 3")]
    [InlineData("/* why */ delete from t -- all\n where a /* so */ = 1 -- end", "SELECT \"t\".\"id\" FROM t WHERE a /* so */ = 1 LIMIT 3")]
    [InlineData("delete from \"T\"\"x\" where a = 'where returning'", "SELECT \"T\"\"x\".\"id\" FROM \"T\"\"x\" WHERE a = 'where returning' LIMIT 3")]
    [InlineData("update t set a = b is distinct from c from u where t.id = u.id", "SELECT \"t\".\"id\", (b is distinct from c)::text FROM t, u WHERE t.id = u.id LIMIT 3")]
    [InlineData("update t * set a = case when b then 1 else f(2, 3) end", "SELECT \"t\".\"id\", (case when b then 1 else f(2, 3) end)::text FROM t * LIMIT 3")]
    [InlineData("update t set a = (select max(x) from u where u.id = t.id) where true", "SELECT \"t\".\"id\", ((select max(x) from u where u.id = t.id))::text FROM t WHERE true LIMIT 3")]
    [InlineData("update t set a = b.from from b where b.where = 1", "SELECT \"t\".\"id\", (b.from)::text FROM t, b WHERE b.where = 1 LIMIT 3")]
    [InlineData("update t set a = array[1, 2] || b, c = 'x, y' where id = any(array[1, 2])", "SELECT \"t\".\"id\", (array[1, 2] || b)::text, ('x, y')::text FROM t WHERE id = any(array[1, 2]) LIMIT 3")]
    [InlineData("insert into t values (1, 'a'), (2, $1)", "SELECT * FROM (values (1, 'a'), (2, $1)) AS hoop_rows LIMIT 3")]
    [InlineData("insert into s.t as x (a, b) overriding system value select a, b from u join v on u.id = v.id on conflict (a) do update set b = 1 returning a", "SELECT * FROM (select a, b from u join v on u.id = v.id) AS hoop_rows LIMIT 3")]
    [InlineData("with n as (select 1 as a) insert into t select a from n", "with n as (select 1 as a) SELECT * FROM (select a from n) AS hoop_rows LIMIT 3")]
    public void A_change_becomes_a_SELECT_of_its_rows(string sql, string select)
    {
        var change = ChangeStatement.Read(sql, out var why).ShouldNotBeNull();
        change.Select(["id"], [.. change.Sets.Where(set => set.Expression is not null).Select(set => (set, (string?)"text"))], 3).ShouldBe(select);
    }

    [Theory]
    [InlineData("insert into t default values", "all its values are defaults")]
    [InlineData("insert into t values (1, default)", "some of its values are defaults")]
    [InlineData("delete from t where current of c", "WHERE CURRENT OF names a cursor that only its session has")]
    [InlineData("merge into t using u on t.id = u.id when matched then delete", "MERGE does something else with each row")]
    [InlineData("select 1", "the statement only reads")]
    [InlineData("drop table t", "the statement changes no rows by itself")]
    public void What_has_no_such_SELECT_says_why(string sql, string reason)
    {
        ChangeStatement.Read(sql, out var why).ShouldBeNull();
        why.ShouldBe(reason);
    }

    [Theory]
    [InlineData("update t set (a, b) = (1, 2)", "it is set together with others")]
    [InlineData("update t set a[1] = 2", "only a part of it is set")]
    [InlineData("update t set a.b = 2", "only a part of it is set")]
    [InlineData("update t set a = default", "it is set to its default")]
    public void Columns_whose_new_value_is_not_an_expression_say_why(string sql, string reason)
    {
        var change = ChangeStatement.Read(sql, out _).ShouldNotBeNull();
        change.Sets[0].Expression.ShouldBeNull();
        change.Sets[0].WhyNot.ShouldBe(reason);
        change.Select(["id"], [], 3).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("update t set a = random() where f(x) > (select g(1))", "f g x | > | f g", "random")]
    [InlineData("delete from t using h(1) where pg_catalog.now() > t.b and (t).c operator(s.<<) 1::s.d", "h now b c | > << | h now c d", "")]
    [InlineData("insert into t select nextval('s') from generate_series(1, 2)", "nextval generate_series |  | nextval generate_series", "")]
    public void What_may_be_called_is_named(string sql, string rows, string sets)
    {
        var change = ChangeStatement.Read(sql, out _).ShouldNotBeNull();
        foreach (var (named, expected) in new[] { change.Chooses.Functions, change.Chooses.Operators, change.Chooses.Types }.Zip(rows.Split(" | ")))
            named.Except(["x", "t"]).ShouldBe(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Except(["x"]), ignoreOrder: true);
        change.Sets.SelectMany(set => set.Calls.Functions).ShouldBe(sets.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    // A cut at the wrong place gives a text that says something else: the grammar sees it.
    [Theory]
    [InlineData("update t as set set a = 1")]
    [InlineData("with update as (select 1) update t set a = 1")]
    [InlineData("update t set a = 1 from u as returning where t.id = 1")]
    public void A_cut_that_says_something_else_gives_nothing(string sql)
    {
        var change = ChangeStatement.Read(sql, out _);
        if (change?.Select(["id"], [], 3) is not { } text) return;
        // Or it was cut rightly.
        text.ShouldContain(" FROM t");
        text.ShouldEndWith("LIMIT 3");
    }

    [Fact]
    public void Text_in_the_place_of_a_name_stays_a_name()
    {
        var change = ChangeStatement.Read("delete from t", out _).ShouldNotBeNull();
        change.Select(["id\" from secrets; --"], [], 3).ShouldBe("SELECT \"t\".\"id\"\" from secrets; --\" FROM t LIMIT 3");
    }

    [Fact]
    public void Without_a_type_a_value_is_shown_as_it_is()
    {
        var change = ChangeStatement.Read("update t set a = b + 1", out _).ShouldNotBeNull();
        change.Select(["id"], [(change.Sets[0], null)], 3).ShouldBe("SELECT \"t\".\"id\", (b + 1) FROM t LIMIT 3");
    }

    [Fact]
    public void A_type_that_is_more_than_a_type_gives_nothing()
    {
        var change = ChangeStatement.Read("update t set a = 1", out _).ShouldNotBeNull();
        change.Select(["id"], [(change.Sets[0], "text, (select 1)")], 3).ShouldBeNull();
        change.Select(["id"], [(change.Sets[0], "text from secrets --\n")], 3).ShouldBeNull();
    }
}
