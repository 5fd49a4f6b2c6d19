using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>What a DO block may look at: all of what it names, or any column at all, with the reason.</summary>
public class BroughtCodeTests
{
    static readonly CatalogSnapshot Shop = Snapshot(
        [
            Table("public", "orders", columns: ["id", "customer"]), Table("public", "notes", columns: ["x"]), Table("far", "notes", columns: ["y"]), Table("far", "Odd \"one", columns: ["o"]),
            Table("public", "seen", 'v', "SELECT orders.id FROM public.orders WHERE (orders.customer = 7)", columns: ["id"]), Table("public", "broken", 'v', "no view", columns: ["a"]),
            Table("public", "customers", columns: ["id", "ssn"]) with { Cascades = [new("public.orders", 'a', 'a') { Key = [2], ChildKey = [2] }] },
            Table("public", "parent", columns: ["a"]), Table("public", "child", columns: ["a", "b"]) with { Parents = ["public.parent"] },
        ],
        Function("public", "f", "c", 'i'), Function("public", "g", "c", 'v'), Function("public", "h", "c", 's', definer: true), Function("public", "s", "sql", 'i'));

    static string Uses(string block, CatalogSnapshot? catalog = null) => Uses(Of($"do $do$ {block} $do$", Context(catalog ?? Shop)));

    static string Uses(SqlStatement statement)
    {
        List<ColumnUse> uses = [.. statement.Facts.ColumnUses.Where(static use => use.Code is not null)];
        uses.ShouldAllBe(static use => use.Kind == ColumnUseKind.Stored);
        statement.Command.IsFollowedCode.ShouldBe(uses.TrueForAll(static use => use.Column != "*"));
        return string.Join(" ", uses.Select(static use => use.Column == "*" ? use.Code : use.Column).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("begin null; end", "")]
    [InlineData("begin perform 1 from notes; end", "far.notes.y public.notes.x")]
    [InlineData("declare notes int; begin notes := 1; end", "far.notes.y public.notes.x")]
    [InlineData("begin perform 1 as \"Odd \"\"one\"; end", "far.Odd \"one.o")]
    [InlineData("begin perform 1 as \"NOTES\", 'notes', E'\\'notes', $$notes$$ /* notes /* */ notes */; -- notes\n end", "")]
    [InlineData("begin perform 1 as NOTES; end", "far.notes.y public.notes.x")]
    [InlineData("begin if false then delete from parent; end if; end", "public.child.a public.child.b public.parent.a")]
    [InlineData("begin delete from orders; end", "public.customers.ssn public.orders.customer public.orders.id")]
    [InlineData("begin delete from customers; end", "public.customers.id public.customers.ssn public.orders.customer")]
    [InlineData("begin perform from seen; end", "public.customers.ssn public.orders.customer public.orders.id public.seen.id")]
    [InlineData("begin perform f(1), pg_catalog.lower('x'); end", "")]
    public void All_of_what_it_names_counts(string block, string expected) => Uses(block).ShouldBe(expected);

    [Theory]
    [InlineData("begin perform from broken; end", "does what cannot be followed (Unknown)")]
    [InlineData("begin perform from nowhere; end", "uses public.nowhere, which is not known")]
    [InlineData("begin perform g(1); end", "calls public.g")]
    [InlineData("begin perform h(1); end", "calls public.h")]
    [InlineData("begin perform s(1); end", "calls public.s")]
    [InlineData("begin perform x from notes where z = 1; end", "asks for \"z\"")]
    [InlineData("begin perform 1 from pg_temp_7.notes; end", "names a temporary schema")]
    [InlineData("begin perform 1 as \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"; end", "has a name that cannot be told")]
    [InlineData("begin drop table notes; perform from notes; end", "drops a relation, after which \"notes\"")]
    [InlineData("begin analyze notes; end", "has a statement that may not stand in one (VacuumStmt)")]
    [InlineData("begin set session authorization x; end", "has a statement that may not stand in one (VariableSetStmt)")]
    [InlineData("begin alter table notes disable trigger all; end", "has a statement that may not stand in one (AlterTableStmt)")]
    [InlineData("begin create schema x create view y as select 1; end", "has a statement that may not stand in one (CreateSchemaStmt)")]
    [InlineData("begin alter table notes rename to x; end", "has a statement that may not stand in one (RenameStmt)")]
    [InlineData("begin drop function f; end", "has a statement that may not stand in one (DropStmt)")]
    [InlineData("begin copy notes to '/tmp/x'; end", "has a statement that may not stand in one (CopyStmt)")]
    [InlineData("begin savepoint x; end", "has a statement that may not stand in one (TransactionStmt)")]
    [InlineData("begin nothing to read; end", "is not understood")]
    public void What_cannot_be_followed_is_any_column(string block, string why) => Uses(block).ShouldStartWith(why);

    /// <summary>What nobody writes down may run all the same, and reads what it likes.</summary>
    [Fact]
    public void Casts_and_comparisons_that_read_tables_are_in_the_way()
    {
        CatalogFunction reads = Function("public", "reads", "sql", 'i') with { Definition = "CREATE FUNCTION public.reads(a int) RETURNS int LANGUAGE sql AS 'select id from public.customers'" };
        CatalogFunction computes = Function("public", "adds", "sql", 'i') with { Definition = "CREATE FUNCTION public.adds(a int) RETURNS int LANGUAGE sql AS 'select 1'" };
        CatalogSnapshot With(CatalogFunction function) => Shop with { Functions = new Dictionary<string, IReadOnlyList<CatalogFunction>> { [$"public.{function.Name}"] = [function] } };
        Uses("begin null; end", With(reads) with { Comparisons = ["public.reads"] }).ShouldBe("may compare by public.reads");
        Uses("begin null; end", With(reads) with { Casts = [new("mine", 'a', "public.reads")] }).ShouldBe("may use the cast by public.reads");
        Uses("begin null; end", With(reads) with { Casts = [new("mine", 'e', "public.reads")] }).ShouldBe("");
        Uses("begin null; end", With(computes) with { Comparisons = ["public.adds"], Casts = [new("mine", 'a', "public.adds")] }).ShouldBe("");
        Uses("begin create type x as enum ('a'); end", Shop with { EventTriggers = ["public.g"] }).ShouldStartWith("calls public.g");
    }

    [Theory]
    [InlineData("do language sql 'select 1'")]
    [InlineData("do language plpython3u 'pass'")]
    [InlineData("create table t (x int); do $$ begin null; end $$")]
    public void Other_languages_and_unknown_names_are_any_column(string sql) => Of(sql, Context(Shop)).Facts.ColumnUses.ShouldContain(static use => use.Column == "*");

    [Fact]
    public void A_name_that_it_lacks_is_looked_for_again() => Of("do $$ begin perform from nowhere; end $$", Context(Shop)).Facts.NamesUnknown.ShouldBeTrue();
}
