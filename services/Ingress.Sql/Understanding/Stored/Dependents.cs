using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>What goes with something that is dropped, or loses a part of itself, as the server keeps it.</summary>
static class Dependents
{
    const int Whole = 0;

    /// <summary>A constraint, or some column.</summary>
    public const int Part = -1;

    /// <param name="node">By <see cref="CatalogDependent.Table"/> and its like.</param>
    /// <param name="cascade">Otherwise only what cannot be without it: a column's sequence, an extension's members.</param>
    /// <param name="part">It stays, and loses a column of this number, or something else.</param>
    public static void Go(StatementWalk walk, string node, bool cascade, int part = Whole) => Go(walk, [node], cascade, part);

    /// <summary>What is elsewhere and uses something in the schema.</summary>
    public static void OfSchema(StatementWalk walk, string schema)
    {
        var catalog = walk.Context.Catalog;
        Go(walk,
        [
            CatalogDependent.Schema(schema), .. catalog.Relations.Values.Where(r => r.Schema == schema).Select(static r => CatalogDependent.Table(r.QualifiedName)),
            .. catalog.Functions.Where(f => f.Value[0].Schema == schema).Select(static f => CatalogDependent.Function(f.Key)), .. OfSchema(catalog.Types, schema).Select(CatalogDependent.Type),
        ], cascade: true);
    }

    /// <summary>Names with the schema in front; null for all.</summary>
    public static IEnumerable<string> OfSchema(IEnumerable<string> names, string? schema) => names.Where(name => schema is null || name.StartsWith($"{schema}.", StringComparison.Ordinal));

    /// <summary>Tables whose foreign keys need an index of this one.</summary>
    public static void OfIndex(StatementWalk walk, string table)
    {
        foreach (var key in walk.Context.Catalog.Relations.GetValueOrDefault(table)?.Cascades ?? []) walk.Imply("alter", key.Child);
    }

    /// <summary>What is an extension's own.</summary>
    public static void OfExtension(StatementWalk walk, string extension, string verb)
    {
        foreach (var member in walk.Context.Catalog.Dependents.GetValueOrDefault(CatalogDependent.Extension(extension), [])) Imply(walk, verb, member.Node);
    }

    static void Go(StatementWalk walk, IEnumerable<string> first, bool cascade, int part = Whole)
    {
        var gone = new HashSet<(string Node, int Part)>(first.Select(node => (node, part)));
        var next = new Queue<(string Node, int Part)>(gone);
        while (next.TryDequeue(out var one))
            foreach (var dependent in walk.Context.Catalog.Dependents.GetValueOrDefault(one.Node, []))
            {
                if (!dependent.Auto && !cascade || !HangsOn(dependent, one.Part) || gone.Contains((dependent.Node, Whole))) continue;
                Imply(walk, dependent.Way == 'g' ? "drop" : "alter", dependent.Node);
                var then = (dependent.Node, dependent.Way == 'g' ? Whole : Part);
                if (dependent.Way != 'a' && gone.Add(then)) next.Enqueue(then);
            }
    }

    static bool HangsOn(CatalogDependent dependent, int part) => part == Whole || dependent.OnPart && (part == Part || dependent.Column is null || dependent.Column == part);

    static void Imply(StatementWalk walk, string verb, string node)
    {
        var space = node.IndexOf(' ', StringComparison.Ordinal);
        if (node.AsSpan(0, Math.Max(space, 0)) is "table" or "function" or "type") walk.Imply(verb, node[(space + 1)..], node[..space]);
    }
}
