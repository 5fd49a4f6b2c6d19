using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Lineage;

/// <summary>Aggregates, operators and casts are what the functions are that do their work.</summary>
public sealed class UserCodeTests
{
    static readonly SqlContext Context = LineageRig.Context with
    {
        Catalog = LineageRig.Catalog with
        {
            Functions = new[]
            {
                LineageRig.Function("public.leak", 'v', "plpgsql"), LineageRig.Function("public.peek", 's', "sql"), LineageRig.Function("public.similarity", 'i', "c"),
                LineageRig.Function("public.peeking", 'i', "internal") with { Calls = ["pg_catalog.int4pl", "public.peek"] },
                LineageRig.Function("public.keeping", 'i', "internal") with { Calls = ["pg_catalog.set_config"] },
                LineageRig.Function("public.missing", 'i', "internal") with { Calls = ["public.nowhere"] },
                LineageRig.Function("public.computing", 'i', "internal") with { Calls = ["pg_catalog.int4pl", "public.similarity"] },
            }.ToDictionary(static f => $"{f.Schema}.{f.Name}", static f => (IReadOnlyList<CatalogFunction>)[f]),
            Operators = new Dictionary<string, IReadOnlyList<string>> { ["<="] = ["public.peek"], ["%>"] = ["public.similarity"] },
            Casts = [new("mytype", 'e', "public.peek"), new("_other", 'e', "public.peek"), new("fine", 'e', "public.similarity")],
        },
    };

    [Theory]
    [InlineData("select 1 from orders where peek() > 1", "public.peek")]
    [InlineData("select 1 from orders where id <= 1", "public.peek")]
    [InlineData("select 1 from nowhere where x > 1", null)]
    public void What_stands_in_the_way_is_named(string sql, string? called) =>
        LineageRig.Resolve(sql, Context).Uses.Where(static u => u.Column == "*").ShouldAllBe(u => u.Called == called);

    [Theory]
    [InlineData("select peeking(id) as x from orders", "x=?,orders.id>public.peeking")]
    [InlineData("select missing(id) as x from orders", "x=?,orders.id>public.missing")]
    [InlineData("select computing(id) as x from orders", "x=orders.id>public.computing")]
    [InlineData("select peeking(id) over (order by id) as x from orders", "x=?,orders.id,orders.id>public.peeking")]
    [InlineData("select id %> id as x from orders", "x=orders.id")]
    [InlineData("select id <= id as x from orders", "x=?,orders.id")]
    [InlineData("select id between 1 and 2 as x from orders", "x=?,orders.id")]
    [InlineData("select id not between symmetric 1 and 2 as x from orders", "x=?,orders.id")]
    [InlineData("select note::mytype as x from orders", "x=?,orders.note")]
    [InlineData("select cast(1 as public.mytype) as x", "x=?")]
    [InlineData("select note::other[] as x from orders", "x=?,orders.note")]
    [InlineData("select note::other as x from orders", "x=orders.note")]
    [InlineData("select note::fine as x, note::int as y from orders", "x=orders.note; y=orders.note")]
    public void They_read_what_those_read(string sql, string expected) => Sorted(LineageRig.Result(sql, Context)).ShouldBe(Sorted(expected));

    [Theory]
    [InlineData("select keeping(ssn) from customers", "customers.ssn:Stored")]
    [InlineData("select id from customers where ssn = (select computing(1))", "customers.ssn")]
    [InlineData("select count(*) from customers having min(ssn) = computing(1)", "customers.ssn:Other")]
    public void And_keep_what_those_keep(string sql, string expected) => LineageRig.Uses(sql, Context).ShouldContain(expected);

    static string Sorted(string columns) =>
        string.Join("; ", columns.Split("; ").Select(static c => c.Split('=', 2)).Select(static p => $"{p[0]}={string.Join(',', p[1].Split(',').Order(StringComparer.Ordinal))}"));

    /// <summary>What an extension's operator of a common name takes may be no text of its own: then it fails.</summary>
    [Theory]
    [InlineData("select 'a'::ltree || ssn from customers", "customers.ssn:Other")]
    [InlineData("select $1 || ssn from customers", "customers.ssn:Other")]
    [InlineData("select (select 'a'::ltree as x) || left(ssn, 1) from customers", "customers.ssn:Other")]
    [InlineData("select ssn operator(pg_catalog.||) 'a'::ltree from customers", "")]
    [InlineData("select 'a' || ssn || name::text from customers", "")]
    public void Operators_of_extensions_are_not_taken_for_PostgreSQLs(string sql, string uses) =>
        LineageRig.Uses(sql, Context with { Catalog = Context.Catalog with { Operators = new Dictionary<string, IReadOnlyList<string>> { ["||"] = ["public.similarity"] } } }).ShouldBe(uses);
}
