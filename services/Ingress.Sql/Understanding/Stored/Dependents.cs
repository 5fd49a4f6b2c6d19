using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>
/// What DROP … CASCADE takes with it elsewhere: views, and columns, defaults, constraints and triggers of tables. The catalog has their texts and not what they
/// depend on, so whatever mentions the name counts.
/// </summary>
static class Dependents
{
    /// <param name="kind">Of what goes: table, function, type.</param>
    public static void Go(StatementWalk walk, string kind, string schema, string name)
    {
        var gone = new HashSet<string>();
        var next = new Queue<(string Kind, string Schema, string Name)>([(kind, schema, name)]);
        while (next.TryDequeue(out var one))
            foreach (var relation in walk.Context.Catalog.Relations.Values.Where(r => !SystemRelations.IsSystem(r.Schema) && HangsOn(r, one.Kind, one.Schema, one.Name)))
            {
                if (!gone.Add(relation.QualifiedName)) continue;
                var whole = relation.Kind is 'v' or 'm';
                walk.Imply(whole ? "drop" : "alter", relation.QualifiedName);
                if (whole) next.Enqueue(("table", relation.Schema, relation.Name));
            }
    }

    static bool HangsOn(CatalogRelation relation, string kind, string schema, string name) =>
        relation.QualifiedName != $"{schema}.{name}" && (kind == "type"
            ? relation.Columns.Any(static c => c.TypeOid >= ForeignParameters.FirstOwn) // of which, nobody knows here
            : relation.Definition is { } definition && Mentions(definition, schema, name) || relation.Expressions.Any(e => Mentions(e.Text, schema, name))
                || relation.Rules.Any(r => Mentions(r.Definition, schema, name)) || relation.Triggers.Any(t => t.Function == $"{schema}.{name}" || t.Definition is { } when && Mentions(when, schema, name)));

    /// <summary>The server writes all names with their schemas, each quoted or not.</summary>
    static bool Mentions(string text, string schema, string name)
    {
        foreach (var home in Written(schema))
            foreach (var own in Written(name))
                if (Has(text, $"{home}.{own}")) return true;
        return false;
    }

    static string[] Written(string name) => [name, $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""];

    static bool Has(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
            if ((at == 0 || !GoesOn(text[at - 1])) && (at + word.Length == text.Length || !GoesOn(text[at + word.Length]))) return true;
        return false;
    }

    static bool GoesOn(char c) => char.IsLetterOrDigit(c) || c is '_' or '$' or '"' or > '\x7f';
}
