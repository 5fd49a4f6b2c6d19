using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>
/// What DROP … CASCADE takes with it elsewhere: views, and columns, defaults, constraints and triggers of tables. The catalog has their texts and not what they
/// depend on, so whatever mentions the name counts.
/// </summary>
static class Dependents
{
    /// <summary>A table whose schema goes: what mentions it mentions that.</summary>
    const string Within = "within";

    /// <param name="kind">Of what goes: table, function, type.</param>
    /// <param name="columnsAlone">The table stays, and so do its children.</param>
    public static void Go(StatementWalk walk, string kind, string schema, string name, bool columnsAlone = false) =>
        Go(walk, [(kind, schema, name)], columnsAlone);

    /// <summary>What is elsewhere and uses something in the schema.</summary>
    public static void OfSchema(StatementWalk walk, string schema) => Go(walk,
    [
        ("schema", schema, ""), .. walk.Context.Catalog.Relations.Values.Where(r => r.Schema == schema).Select(r => (Within, schema, r.Name)),
    ]);

    /// <summary>An index that other tables' foreign keys need: of which table of the schema it is, nobody knows here.</summary>
    public static void OfIndex(StatementWalk walk, string schema)
    {
        foreach (var relation in walk.Context.Catalog.Relations.Values.Where(r => r.Schema == schema)) Unrefer(walk, relation);
    }

    static void Go(StatementWalk walk, IEnumerable<(string Kind, string Schema, string Name)> first, bool columnsAlone = false)
    {
        var gone = new HashSet<string>();
        var next = new Queue<(string Kind, string Schema, string Name)>(first);
        while (next.TryDequeue(out var one))
        {
            var table = one.Kind is "table" or Within ? walk.Context.Catalog.Relations.GetValueOrDefault($"{one.Schema}.{one.Name}") : null;
            if (table is not null) Unrefer(walk, table);
            foreach (var relation in walk.Context.Catalog.Relations.Values.Where(r => !SystemRelations.IsSystem(r.Schema)))
            {
                var child = table is not null && !columnsAlone && relation.Parents.Contains(table.QualifiedName);
                var goes = child || relation.Kind is 'v' or 'm';
                if (!child && !HangsOn(relation, one.Kind, one.Schema, one.Name) || !gone.Add($"{goes} {relation.QualifiedName}")) continue;
                walk.Imply(goes ? "drop" : "alter", relation.QualifiedName);
                if (goes) next.Enqueue(("table", relation.Schema, relation.Name));
            }
        }
    }

    // Foreign keys to it go.
    static void Unrefer(StatementWalk walk, CatalogRelation table)
    {
        foreach (var key in table.Cascades)
            if (key.Child != table.QualifiedName) walk.Imply("alter", key.Child);
    }

    static bool HangsOn(CatalogRelation relation, string kind, string schema, string name) => kind switch
    {
        "type" => relation.QualifiedName != $"{schema}.{name}" && relation.Columns.Any(static c => c.TypeOid >= ForeignParameters.FirstOwn), // of which, nobody knows here
        Within => false,
        "schema" => relation.Schema != schema && (relation.TypesFrom.Contains(schema) || Uses(relation, schema, null)),
        _ => relation.QualifiedName != $"{schema}.{name}" && Uses(relation, schema, name),
    };

    static bool Uses(CatalogRelation relation, string schema, string? name) =>
        relation.Definition is { } definition && Mentions(definition, schema, name) || relation.Expressions.Any(e => Mentions(e.Text, schema, name))
        || relation.Rules.Any(r => Mentions(r.Definition, schema, name))
        || relation.Triggers.Any(t => (name is null ? t.Function.StartsWith(schema + ".", StringComparison.Ordinal) : t.Function == $"{schema}.{name}") || t.Definition is { } when && Mentions(when, schema, name));

    /// <summary>The server writes all names with their schemas, each quoted or not.</summary>
    /// <param name="name">Null: any in the schema.</param>
    static bool Mentions(string text, string schema, string? name)
    {
        foreach (var home in Written(schema))
            foreach (var own in name is null ? [""] : Written(name))
                if (Has(text, $"{home}.{own}")) return true;
        return false;
    }

    static string[] Written(string name) => [name, $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""];

    static bool Has(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
            if ((at == 0 || !GoesOn(text[at - 1])) && (word[^1] == '.' || at + word.Length == text.Length || !GoesOn(text[at + word.Length]))) return true;
        return false;
    }

    static bool GoesOn(char c) => char.IsLetterOrDigit(c) || c is '_' or '$' or '"' or > '\x7f';
}
