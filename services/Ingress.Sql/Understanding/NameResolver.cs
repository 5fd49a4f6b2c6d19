using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>Qualifies names as the server would: along the search path, temporary tables first.</summary>
sealed class NameResolver(SqlContext context)
{
    const string Temporary = "pg_temp";
    const string OperatorCharacters = "+-*/<>=~!@#%^&|`?";

    /// <summary>Where an unqualified object is created, and what an unknown one is taken for: a schema that others share, also where the path names the temporary one first.</summary>
    public string CreationSchema { get; } =
        context.SearchPath.FirstOrDefault(s => s is not ("pg_catalog" or "information_schema") && Fold(s) != Temporary) ?? "public";

    public (string Schema, string Name) Relation(string? schema, string name)
    {
        if (!string.IsNullOrEmpty(schema)) return (Fold(schema), name);
        var relations = context.Catalog.Relations;
        var temporary = relations.ContainsKey($"{Temporary}.{name}") || context.IsTemporary(name);
        if (temporary && !context.SearchPath.Contains(Temporary)) return (Temporary, name);
        var system = false;
        foreach (var candidate in context.SearchPath)
        {
            if (relations.ContainsKey($"{candidate}.{name}") || temporary && candidate == Temporary) return (Fold(candidate), name);
            if (candidate == "pg_catalog" && SystemRelations.Exists(name)) return (candidate, name);
            system |= candidate == "pg_catalog";
        }
        if (!system && SystemRelations.Exists(name)) return ("pg_catalog", name);
        Guess(name);
        return (CreationSchema, name);
    }

    /// <summary>Those of the path that people make things in.</summary>
    public IEnumerable<string> Schemas => context.SearchPath.Where(static s => !SystemRelations.IsSystem(s)).Select(Fold);

    /// <summary>A bare name was looked up when nobody knew any: which schema of the path it is in cannot be said.</summary>
    public bool Guessed { get; private set; }

    /// <summary>What the session made itself was asked for.</summary>
    public bool AskedSession { get; private set; }

    public void Guess(string name)
    {
        if (!ReferenceEquals(context.Catalog, CatalogSnapshot.Changed) || context.SearchPath.Count(static s => !SystemRelations.IsSystem(s) && Fold(s) != Temporary) < 2) return;
        AskedSession = true;
        Guessed |= !context.IsPlainTable($"{CreationSchema}.{name}");
    }

    /// <param name="temporary">CREATE TEMP.</param>
    public (string Schema, string Name) NewRelation(string? schema, string name, bool temporary) =>
        temporary ? (Temporary, name) : (string.IsNullOrEmpty(schema) ? CreationSchema : Fold(schema), name);

    public CatalogRelation? Find(string schema, string name) => 
        context.Catalog.Relations.GetValueOrDefault($"{schema}.{name}") ?? context.Changes?.Before?.Relations.GetValueOrDefault($"{schema}.{name}");

    /// <summary>The catalog was read from a server and does not have it: it may be newer. What the session, or the text, made itself is in no catalog.</summary>
    public bool IsUnknown(string kind, string qualified)
    {
        var dot = qualified.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || context.Catalog.Relations.Count == 0 || context.Changes is not null) return false;
        var (schema, name) = (qualified[..dot], qualified[(dot + 1)..]);
        return kind switch
        {
            _ when schema is Temporary || SystemRelations.IsSystem(schema) => false,
            "table" => !context.Catalog.Relations.ContainsKey(qualified),
            // Functions of a newer server's own remain unknown, and operators are no names of functions.
            "function" => name.AsSpan().ContainsAnyExcept(OperatorCharacters) && !context.Catalog.Functions.ContainsKey(qualified) && !context.Catalog.Functions.ContainsKey($"pg_catalog.{name}"),
            _ => false,
        };
    }

    /// <summary>Overloads that the server would consider, other than the built-in ones.</summary>
    public List<CatalogFunction> Functions(string? schema, string name)
    {
        var found = new List<CatalogFunction>();
        if (context.Catalog.Functions.Count == 0) return found;
        if (!string.IsNullOrEmpty(schema)) Add(schema);
        else foreach (var candidate in context.SearchPath) Add(candidate);
        return found;

        void Add(string candidate)
        {
            if (candidate != "pg_catalog" && context.Catalog.Functions.TryGetValue($"{candidate}.{name}", out var overloads)) found.AddRange(overloads);
        }
    }

    // A session's own temporary schema has a number that nobody writes in rules.
    static string Fold(string schema) => schema.StartsWith("pg_temp_", StringComparison.Ordinal) ? Temporary : schema;
}
