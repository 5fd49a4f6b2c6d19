using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>What reading a relation sets off by itself: a view's functions run, a foreign table is fetched.</summary>
static class StoredRelations
{
    public static void Visit(StatementWalk walk, string schema, string name)
    {
        if (walk.Names.Find(schema, name) is not { } relation) return;
        if (relation.Kind == 'f') walk.Add(E.Network);
        if (relation is not { Kind: 'v', Definition: { Length: > 0 } definition }) return;
        var inner = StoredText.Read(walk, definition, searchPath: ["pg_catalog"]);
        if (inner is null)
        {
            walk.Add(E.Unknown);
            return;
        }
        walk.Add(inner.Effects);
        foreach (var a in inner.Accesses)
            if (a.Kind == "function") walk.Access(a.Verb, a.Kind, a.Name);
    }
}
