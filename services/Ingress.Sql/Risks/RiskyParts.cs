using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding;

namespace Hoop.Ingress.Sql.Risks;

/// <summary>
/// Which parts of a text bring the effects that it is judged by, for whoever has to look at it. Every part is found in the grammar's own tree and judged by
/// the code that judges statements. Not kept: it is asked for statements that wait for people.
/// </summary>
public static class RiskyParts
{
    /// <summary>Characters; nobody looks at more.</summary>
    const int LongestText = 64 * 1024;
    const int Most = 200;

    /// <summary>In the order of the text; null when that cannot be told.</summary>
    public static IReadOnlyList<RiskyPart>? Find(string sql, SqlContext context)
    {
        if (sql.Length > LongestText) return null;
        var parsed = PgParser.Parse(sql);
        if (!parsed.Succeeded) return null;
        try
        {
            using var tree = JsonDocument.Parse(parsed.Json, StoredText.Deep);
            return Find(sql, tree.RootElement.Items("stmts").ToArray(), context);
        }
        catch (Exception e) when (e is JsonException or InsufficientExecutionStackException)
        {
            return null;
        }
    }

    static List<RiskyPart>? Find(string sql, JsonElement[] statements, SqlContext context)
    {
        if (StatementPlaces.Of(sql, statements) is not { } places) return null;
        var parts = new List<RiskyPart>();
        for (var i = 0; i < statements.Length; i++)
        {
            if (statements[i].Field("stmt") is not { } node) continue;
            var facts = StatementReader.Read(node, sql, context, 0, out _).Facts;
            parts.AddRange(new RiskSearch(places[i], context).Of(node, facts.Effects));
        }
        return [.. parts.Distinct().OrderBy(part => part.Start).ThenBy(part => part.Effect).Take(Most)];
    }
}
