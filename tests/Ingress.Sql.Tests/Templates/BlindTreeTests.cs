using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Templates;
using Hoop.Ingress.Sql.Tests.Lineage;
using Hoop.Ingress.Sql.Understanding;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Templates;

/// <summary>Whatever list of places says otherwise: an analysis that looks at a constant is caught doing so.</summary>
public class BlindTreeTests
{
    [Theory]
    [InlineData("select id, note from orders order by ~1")]
    [InlineData("select note from orders group by ~1")]
    [InlineData("select id from customers where ssn = any(~'{1,2}')")]
    [InlineData("select replace(ssn, ~'a', 'b') from customers")]
    [InlineData("select replace(ssn, 'a', ~'b') from customers")]
    [InlineData("delete from orders where ~1 = 1")]
    [InlineData("delete from orders where ~'t'")]
    [InlineData("delete from orders where coalesce(~5, id) = 5")]
    [InlineData("delete from orders where coalesce(5, id) = ~5")]
    [InlineData("delete from orders where id % ~1 = id % 2")]
    [InlineData("delete from orders where id % 1 in (5, id % ~2)")]
    [InlineData("delete from orders where id in (~1) or id not in (2)")]
    [InlineData("delete from orders where lower(~'a') is null or lower('b') is not null")]
    [InlineData("delete from orders where id not between ~1 and 2")]
    [InlineData("delete from orders where length(note) >= ~1")]
    [InlineData("delete from orders where ~'t'::bool")]
    [InlineData("delete from orders where note like ~'%'")]
    [InlineData("select set_config(~'role', 'x', false)")]
    [InlineData("set role ~'x'")]
    public void A_constant_that_is_looked_at_is_noticed(string sql) => Analyze(sql).ShouldBeNull();

    [Theory]
    [InlineData("select id from orders where id = ~1")]
    [InlineData("update orders set note = ~'a' where id < ~2.5 and id % ~3 = total % 3")]
    [InlineData("insert into orders values (~1, ~'a')")]
    [InlineData("select id from orders limit ~1")]
    public void A_constant_that_is_not_looked_at_is_not_missed(string sql) =>
        TemplateRig.Write(Analyze(sql).ShouldNotBeNull()).ShouldBe(TemplateRig.Write(new SqlAnalyzer().Analyze(sql.Replace("~", ""), LineageRig.Context)));

    /// <param name="marked">A tilde stands before each constant that cannot be seen.</param>
    static SqlAnalysis? Analyze(string marked)
    {
        var places = new HashSet<int>();
        var sql = marked;
        for (var at = sql.IndexOf('~'); at >= 0; at = sql.IndexOf('~'))
        {
            places.Add(at);
            sql = sql.Remove(at, 1);
        }
        using var tree = JsonDocument.Parse(PgParser.Parse(sql).Json);
        return BlindTree.Analyze(tree.RootElement, places, root =>
            new([StatementReader.Read(root.GetProperty("stmts")[0].GetProperty("stmt"), sql, LineageRig.Context, 0, out _)], null));
    }
}
