using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>EXPLAIN ANALYZE runs the statement inside; plain EXPLAIN only reads about its objects.</summary>
static class ExplainStatement
{
    public static void Explain(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        if (body.Field("query") is not { } query) return;
        walk.Inner = walk.ReadInner(query);
        walk.Command = new(SqlCommandKind.Explain, Inner: walk.Inner);
        walk.Understood &= walk.Inner.Facts.Understood;
        if (body.Option("options", "analyze") is { } analyze && analyze.IsOn())
        {
            walk.Merge(walk.Inner.Facts);
            return;
        }
        walk.Add(E.Read);
        foreach (var a in walk.Inner.Facts.Accesses)
            if (a.Kind == "table") walk.Access("explain", "table", a.Name);
        if (walk.Accesses.Count == 0) walk.Access("explain", "other", "*");
    }
}
