using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>Parse may say of what type a parameter is, and with it by whose rules it is compared.</summary>
public sealed class ParameterTypeTests
{
    private static readonly SqlContext Context = new()
    {
        Catalog = new CatalogSnapshot
        {
            Relations = new Dictionary<string, CatalogRelation> { ["public.t"] = new(1, "public", "t", 'r', [new("x", 1, 25)], null, [], false, false) },
        },
        SearchPath = ["pg_catalog", "public"],
    };

    [Theory]
    [InlineData(ColumnUseKind.Equality)]
    [InlineData(ColumnUseKind.Equality, 0u)]
    [InlineData(ColumnUseKind.Equality, 25u)]
    [InlineData(ColumnUseKind.Other, 16384u)]
    public void A_parameter_of_a_type_of_the_databases_own_is_no_plain_comparison(ColumnUseKind expected, params uint[] types)
    {
        var statement = new PreparedStatement("", "select 1 from t where x = $1", types);
        statement.Analyze(new SqlAnalyzer().Analyze, Context).Statements[0].Facts.ColumnUses.ShouldHaveSingleItem().Kind.ShouldBe(expected);
    }
}
