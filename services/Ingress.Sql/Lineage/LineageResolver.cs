using System.Text.Json;
using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Lineage;

/// <param name="Result">What each result column depends on; null when the statement returns none or they are only known at run time.</param>
public sealed record Lineage(IReadOnlyList<ResultColumn>? Result, IReadOnlyList<ColumnUse> Uses);

/// <summary>Follows columns through a statement.</summary>
public static class LineageResolver
{
    /// <param name="statement">The statement's node with its type: <c>{"SelectStmt":{…}}</c>.</param>
    public static Lineage Resolve(JsonElement statement, SqlContext context) => new(null, []);
}
