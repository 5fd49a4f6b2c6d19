using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>What reading a relation sets off by itself: a view's functions run, a foreign table is fetched.</summary>
static class StoredRelations
{
    public static void Visit(StatementWalk walk, string schema, string name, bool children = true)
    {
        if (walk.Names.Find(schema, name) is not { } relation) return;
        if (relation.Kind == 'f') walk.Add(E.Network);
        Consequences.OfReading(walk, relation, children);
        if (relation is { Kind: 'v', Definition: { Length: > 0 } definition }) Define(walk, definition);
    }

    /// <summary>What planning may run: functions of a view, and of what hangs on a table and its children.</summary>
    public static void Plan(StatementWalk walk, string schema, string name)
    {
        if (walk.Names.Find(schema, name) is not { IsSystem: false } relation) return;
        Consequences.OfPlanning(walk, relation);
        if (relation is { Kind: 'v', Definition: { Length: > 0 } definition }) Define(walk, definition);
    }

    /// <summary>REFRESH runs what a materialised view is made of; reading it does not.</summary>
    public static void Refresh(StatementWalk walk, string schema, string name)
    {
        if (walk.Names.Find(schema, name) is { Kind: 'm', Definition: { Length: > 0 } definition }) Define(walk, definition);
    }

    /// <summary>The functions of a view's text, and what they change. What a view reads is its own affair.</summary>
    /// <param name="implied">No rule need name them.</param>
    public static void Define(StatementWalk walk, string definition, bool implied = false)
    {
        var inner = StoredText.Read(walk, definition, searchPath: ["pg_catalog"]);
        if (inner is null)
        {
            walk.Add(E.Unknown);
            return;
        }
        walk.Add(implied ? inner.Effects & ~E.Read : inner.Effects);
        foreach (var a in inner.Accesses)
        {
            if (a.Kind != "function" && !(a.Implied && a.Verb is not ("select" or "copy-to"))) continue;
            if (implied || a.Implied) walk.Imply(a.Verb, a.Name, a.Kind);
            else walk.Access(a.Verb, a.Kind, a.Name);
        }
    }
}
