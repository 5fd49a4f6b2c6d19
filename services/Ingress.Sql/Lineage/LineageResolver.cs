using System.Text.Json;
using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Lineage;

/// <param name="Result">What each result column depends on; null when the statement returns none or they are only known at run time.</param>
public sealed record Lineage(IReadOnlyList<ResultColumn>? Result, IReadOnlyList<ColumnUse> Uses);

/// <summary>
/// Follows columns through a statement, resolving names as PostgreSQL does. Where it does not know, it says more than is true, never less:
/// an unknown name or function makes a value opaque, an unknown kind of node passes on everything beneath it.
/// </summary>
public static class LineageResolver
{
    /// <summary>Of a statement that is not understood: it may look at any column, and carry it anywhere.</summary>
    public static readonly IReadOnlyList<ColumnUse> AnyUse = [new(UseSink.AnyColumn, ColumnUseKind.Other), new(UseSink.AnyColumn, ColumnUseKind.Stored)];

    static readonly Lineage NotFollowed = new(null, AnyUse);

    /// <param name="statement">The statement's node with its type: <c>{"SelectStmt":{…}}</c>.</param>
    public static Lineage Resolve(JsonElement statement, SqlContext context)
    {
        var resolution = new Resolution(context);
        try
        {
            var result = new StatementLineage(resolution).Resolve(Node.Open(statement));
            return new(result, resolution.Uses.Uses);
        }
        catch (Exception e) when (e is LineageTooComplexException or InvalidOperationException or JsonException)
        {
            return NotFollowed;
        }
    }
}
