using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>SQL that the database keeps: a view's definition, a rule, an expression.</summary>
static class StoredText
{
    public static readonly JsonDocumentOptions Deep = new() { MaxDepth = 4096 };

    /// <summary>What its statements do together; null when it cannot be said.</summary>
    public static OperationFacts? Read(StatementWalk walk, string sql, IReadOnlyList<string> searchPath)
    {
        if (walk.Depth >= StatementWalk.MaxDepth) return null;
        var parsed = PgParser.Parse(sql);
        if (!parsed.Succeeded) return null;
        using var tree = JsonDocument.Parse(parsed.Json, Deep);
        var inner = new StatementWalk(walk.Context with { SearchPath = searchPath }, sql, walk.Depth + 1, walk.Stored);
        foreach (var statement in tree.RootElement.Items("stmts"))
            if (statement.Field("stmt") is { } node) inner.Visit(node, null);
        return inner.Understood && !inner.SessionDependent
            ? new()
            {
                Protocol = StatementReader.Protocol, Understood = true, Plumbing = inner.IsPlumbing, Accesses = inner.Accesses,
                Effects = inner.Effects, Fingerprint = "",
            }
            : null;
    }
}
