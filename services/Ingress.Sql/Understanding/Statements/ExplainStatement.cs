using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>EXPLAIN ANALYZE runs the statement inside; plain EXPLAIN reads about its objects, and runs what the planner works out beforehand.</summary>
static class ExplainStatement
{
    public static void Explain(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        if (body.Field("query") is not { } query) return;
        walk.Inner = walk.ReadInner(query);
        walk.Command = new(SqlCommandKind.Explain, Inner: walk.Inner);
        walk.Understood &= walk.Inner.Facts.Understood;
        // Nobody follows what it changes in the session.
        if (walk.Inner is { Facts.Plumbing: true, Command.Kind: not (SqlCommandKind.Other or SqlCommandKind.Execute) }) walk.Access("explain", "other", "*");
        walk.MayBePlumbing = true;
        if (body.Option("options", "analyze") is { } analyze && analyze.IsOn())
        {
            if (walk.Inner.Command.Kind is SqlCommandKind.Set or SqlCommandKind.Reset) walk.Add(E.Session | E.Unknown);
            walk.Merge(walk.Inner.Facts);
            return;
        }
        walk.Add(E.Read);
        foreach (var a in walk.Inner.Facts.Accesses)
            if (a is { Kind: "table", Implied: true }) walk.Imply("explain", a.Name);
            else if (a.Kind == "table") walk.Access("explain", "table", a.Name);
        walk.Merge(Planned(walk, query));
    }

    // The planner calls functions to learn their values: immutable ones to put the value into the plan, stable ones to estimate.
    public static StatementWalk Planned(StatementWalk walk, JsonElement query)
    {
        var planned = new StatementWalk(walk.Context, walk.Text, walk.Depth + 1, new()) { Plans = true, MayBePlumbing = true };
        planned.Visit(query, null);
        if (!planned.IsPlumbing || walk.Accesses.Count > 0) Consequences.OfStatement(planned, walk.Accesses);
        walk.SessionDependent |= planned.SessionDependent;
        return planned;
    }
}
