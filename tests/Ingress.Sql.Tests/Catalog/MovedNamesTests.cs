using Hoop.Ingress.Sql.Catalog;
using Hoop.Testing;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Catalog;

public class MovedNamesTests
{
    static readonly CatalogSnapshot Shop = Snapshot(
        [
            Table("public", "orders", columns: ["id"]), Table("public", "other", columns: ["id"]), Table("public", "odd name", columns: ["id"]), Table("public", "a\"b", columns: ["id"]), Table("public", "ab_view", 'v', " SELECT id FROM public.\"a\"\"b\";", columns: ["id"]),
            Table("public", "seen", 'v', " SELECT orders.id FROM public.orders;", columns: ["id"]), Table("public", "over_it", 'v', " SELECT seen.id FROM public.seen;", columns: ["id"]),
            Table("public", "stamped", columns: ["id"]) with { Triggers = [new CatalogTrigger("public.stamp", 4, null)] },
            Table("public", "checked", columns: ["id"]) with { Expressions = [new CatalogExpression('c', "(public.pure(id) > 0)")] },
            Table("public", "parent", columns: ["id"]) with { Cascades = [new CatalogCascade("public.child", 'c', 'a')] }, Table("public", "child", columns: ["id"]),
        ],
        Function("public", "pure", "sql", 'i', "select 1"), Function("public", "by_it", "plpgsql", 's', "begin return pure(1); end"), Function("public", "stamp", "plpgsql", 'v', "begin return new; end"),
        Function("public", "same", "plpgsql", 'i', "begin return true; end")) with
    {
        Operators = new Dictionary<string, IReadOnlyList<string>> { ["==="] = ["public.same"] },
        Domains = new Dictionary<string, IReadOnlyList<string>> { ["small"] = ["pure(VALUE) < 9"] },
    };

    static bool Concern(string changed, string sql) => new MovedNames([changed], () => Shop).Concern(Of(sql, Context(Shop)));

    [Theory]
    [InlineData("orders", "delete from orders where id = 1")]
    [InlineData("orders", "delete from elsewhere.orders where id = 1")]
    [InlineData("orders", "select id from seen")]
    [InlineData("seen", "select id from over_it")]
    [InlineData("orders", "select id from over_it")]
    [InlineData("odd name", "select id from \"odd name\"")]
    [InlineData("a\"b", "select id from \"a\"\"b\"")]
    [InlineData("a\"b", "select id from ab_view")]
    [InlineData("pure", "select pure(1)")]
    [InlineData("pure", "select PURE(1)")]
    [InlineData("pure", "select \"pure\"(1)")]
    [InlineData("pure", "select U&\"p\\0075re\"(1)")]
    [InlineData("pure", "select by_it()")]
    [InlineData("pure", "insert into checked values (1)")]
    [InlineData("pure", "select '1'::small")]
    [InlineData("pure", "explain select by_it()")]
    [InlineData("pure", "declare c cursor for select by_it()")]
    [InlineData("pure", "copy (select by_it()) to stdout")]
    [InlineData("pure", "fetch all from unknown_one")]
    [InlineData("stamp", "insert into stamped values (1)")]
    [InlineData("child", "delete from parent where id = 1")]
    [InlineData("===", "select 1 where 1 === 2")]
    [InlineData("same", "select 1")]
    public void What_is_read_by_way_of_a_name_counts(string changed, string sql) => Concern(changed, sql).ShouldBeTrue();

    [Theory]
    [InlineData("orders", "select id from other")]
    [InlineData("orders", "select 'orders' from other")]
    [InlineData("seen", "select id from orders")]
    [InlineData("pure", "select by_itself from other")]
    [InlineData("stamp", "select id from orders")]
    [InlineData("===", "select 1 where 1 = 2")]
    [InlineData("same", "begin")]
    [InlineData("same", "commit")]
    [InlineData("same", "set statement_timeout = 5")]
    public void Others_do_not(string changed, string sql) => Concern(changed, sql).ShouldBeFalse();

    [Fact]
    public void When_any_may_have_moved_whatever_names_something_counts()
    {
        var any = new MovedNames(null, () => Shop);
        any.Concern(Of("select id from other", Context(Shop))).ShouldBeTrue();
        any.Concern(Of("commit")).ShouldBeFalse();
    }

    /// <summary>It is worked out on a session's loop, once for a change, and only if somebody else is there.</summary>
    [Fact]
    public void A_large_catalog_takes_no_time_to_speak_of()
    {
        var body = $"begin {string.Concat(Enumerable.Range(0, 40).Select(static i => $"perform helper_{i}(new.id, 'text {i}'); "))} return new; end";
        var catalog = Snapshot(Enumerable.Range(0, 3000).Select(static i => Table("public", $"v{i}", 'v', $" SELECT t{i}.id, t{i}.name FROM public.t{i} WHERE t{i}.id > 7;", columns: ["id"])),
            [.. Enumerable.Range(0, 1000).Select(i => Function("public", $"f{i}", "plpgsql", 'v', body))]);
        var moved = new MovedNames(["t7"], () => catalog);
        var statement = Of("select id from v7");
        var since = ThreadTime.Now;
        moved.Concern(statement).ShouldBeTrue();
        var took = ThreadTime.Now - since;
        TestContext.Current.TestOutputHelper?.WriteLine($"{took.TotalMilliseconds} ms");
        took.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }
}
