using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Results;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Tests.Protocols.Masking;
using Hoop.Ingress.Tests.Protocols.Postgres.Budgets;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Relay;

/// <summary>What is remembered of results serves again only where everything is the same that it hangs on.</summary>
public sealed class ResultShapesTests
{
    private static readonly ResultColumn Plain = ResultColumn.Constant("name");
    private static readonly ResultColumn Ssn = new("name", [new ColumnSource("public.customers.ssn", [])], false);

    private readonly ResultShapes shapes = new();
    private readonly PostgresColumn[] columns = [new("name", 0, 0, 25, -1, -1, 0)];

    [Fact]
    public void The_same_bytes_describe_the_same_columns()
    {
        var (one, other) = (Describe("id"), Describe("no"));
        var first = shapes.Columns(one);
        shapes.Columns(one).ShouldBeSameAs(first);
        shapes.Columns(other).Single().Name.ShouldBe("no");
        shapes.Columns(one).Single().Name.ShouldBe("id");
    }

    [Fact]
    public void Columns_of_another_origin_have_other_masks()
    {
        Masked(Plain).ShouldBeEmpty();
        Masked(Ssn).ShouldBe(["name"]);
        Masked(Plain).ShouldBeEmpty();
        shapes.Masks(TestMasks.WithColumns, CatalogSnapshot.Empty, TemporaryRelations.None, columns, null).Columns.ShouldBe(["name"]);
    }

    [Fact]
    public void Equal_origins_share_them_whatever_list_they_are_in()
    {
        var first = shapes.Masks(TestMasks.WithColumns, CatalogSnapshot.Empty, TemporaryRelations.None, columns, [Ssn]);
        shapes.Masks(TestMasks.WithColumns, CatalogSnapshot.Empty, TemporaryRelations.None, columns, [Ssn with { Sources = [.. Ssn.Sources] }]).ShouldBeSameAs(first);
        shapes.Masks(TestMasks.WithColumns, CatalogSnapshot.Empty, TemporaryRelations.None, columns, [Ssn with { Sources = [new ColumnSource("public.customers.ssn", ["pg_catalog.count"])] }]).Columns.ShouldBeEmpty();
    }

    [Fact]
    public void New_masks_and_a_new_catalog_count_at_once()
    {
        Masked(Ssn).ShouldBe(["name"]);
        shapes.Masks(TestMasks.DetectorsOnly, CatalogSnapshot.Empty, TemporaryRelations.None, columns, [Ssn]).Columns.ShouldBeEmpty();
        Masked(Ssn).ShouldBe(["name"]);
        PostgresColumn[] ofTable = [new("name", 20_000, 1, 25, -1, -1, 0)];
        // A table that the catalog does not know may hold anything.
        shapes.Masks(TestMasks.WithColumns, CatalogSnapshot.Empty with { Version = 2 }, TemporaryRelations.None, ofTable, [Plain]).Columns.ShouldBe(["name"]);
    }

    private string[] Masked(ResultColumn column) => shapes.Masks(TestMasks.WithColumns, CatalogSnapshot.Empty, TemporaryRelations.None, columns, [column]).Columns;

    private static byte[] Describe(string name) =>
        PlayedTarget.Message(output => RowDescription.Write(output, [new PostgresColumn(name, 0, 0, 25, -1, -1, 0)]))[PostgresFrame.HeaderLength..];
}
