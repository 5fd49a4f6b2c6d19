using Hoop.Ingress.Sql.Understanding.Stored;

namespace Hoop.Ingress.Sql.Catalog;

/// <summary>
/// Names that stand for something else once somebody's change is committed, without their schemas, and whatever is read by way of them: views, triggers, functions. The catalog
/// has their texts and not what they depend on, so whatever has the name somewhere in it counts.
/// </summary>
/// <param name="names">Null: they may be any.</param>
/// <param name="catalog">Asked when somebody wants to know.</param>
public sealed class MovedNames(IReadOnlyCollection<string>? names, Func<CatalogSnapshot> catalog)
{
    private readonly Lazy<HashSet<string>?> all = new(() => names is null ? null : Behind(names, catalog()));

    /// <summary>Whether the statement may mean something else by then.</summary>
    public bool Concern(SqlStatement statement)
    {
        var kind = statement.Command.Kind;
        if (kind is not (SqlCommandKind.Other or SqlCommandKind.Ddl or SqlCommandKind.Explain or SqlCommandKind.Declare
                or SqlCommandKind.CopyIn or SqlCommandKind.CopyOut or SqlCommandKind.Fetch or SqlCommandKind.Execute) && statement.Facts.Accesses.Count == 0) return false;
        if (all.Value is not { } moved || !statement.Facts.Understood) return true;
        // What a cursor or a prepared statement names is not in the text.
        if (kind is SqlCommandKind.Fetch or SqlCommandKind.Execute) return statement.Command.Inner is not { } inner || Concern(inner);
        for (var i = 0; i < statement.Facts.Accesses.Count; i++)
        {
            if (moved.Contains(Bare(statement.Facts.Accesses[i].Name))) return true;
        }

        return new Written(statement.Text).Mentions(moved);
    }

    /// <summary>Whether any of these functions may.</summary>
    public bool Concern(IReadOnlyCollection<string> functions) => all.Value is not { } moved || functions.Any(function => moved.Contains(Bare(function)));

    public static string Bare(string name) => name[(name.LastIndexOf('.') + 1)..];

    private static HashSet<string>? Behind(IReadOnlyCollection<string> names, CatalogSnapshot catalog)
    {
        HashSet<string> all = [.. names];
        var texts = Texts(catalog).ToList();
        for (var before = 0; before < all.Count;)
        {
            before = all.Count;
            foreach (var (name, written) in texts)
            {
                if (!all.Contains(name) && written.Mentions(all)) all.Add(name);
            }
        }

        // Nobody writes those down.
        return catalog.Operators.Values.SelectMany(static functions => functions).Concat(catalog.Casts.Select(static cast => cast.Function))
            .Concat(catalog.Comparisons).Concat(catalog.EventTriggers).Any(function => all.Contains(Bare(function))) ? null : all;
    }

    private static IEnumerable<(string Name, Written Written)> Texts(CatalogSnapshot catalog)
    {
        foreach (var relation in catalog.Relations.Values.Where(static relation => !relation.IsSystem))
        {
            yield return (relation.Name, new Written(
                [relation.Definition, .. relation.Rules.Select(static rule => rule.Definition), .. relation.Expressions.Select(static expression => expression.Text), .. relation.Triggers.Select(static trigger => trigger.Definition)],
                [.. relation.Triggers.Select(static trigger => Bare(trigger.Function)), .. relation.Cascades.Select(static cascade => Bare(cascade.Child))]));
        }

        foreach (var function in catalog.Functions.Values.SelectMany(static overloads => overloads).Where(static function => function is not { Source: null, Definition: null, Calls.Count: 0 }))
            yield return (function.Name, new Written([function.Source, function.Definition], [.. function.Calls.Select(Bare)]));
        foreach (var (type, checks) in catalog.Domains) yield return (type, new Written([.. checks], []));
    }

    /// <param name="names">What the texts name besides.</param>
    private sealed class Written(IReadOnlyList<string?> texts, IReadOnlyList<string> names)
    {
        private const int FewNames = 16;

        private HashSet<string>? words;
        private bool untellable;

        public Written(string text) : this([text], [])
        {
        }

        public bool Mentions(HashSet<string> moved)
        {
            if (words is null && moved.Count <= FewNames && !names.Any(moved.Contains) && texts.All(text => text is null || !MayMention(text, moved))) return false;
            if (words is null) Read();
            return untellable || words!.Overlaps(moved) || moved.Any(name => IsOperator(name) && texts.Any(text => text?.Contains(name, StringComparison.Ordinal) == true));
        }

        // Looking is faster than reading by far, and most texts have nothing to do with a change.
        private static bool MayMention(string text, HashSet<string> moved) =>
            text.Contains("U&", StringComparison.OrdinalIgnoreCase) || moved.Any(name => name.Contains('"', StringComparison.Ordinal) || text.Contains(name, StringComparison.OrdinalIgnoreCase));

        private void Read()
        {
            words = [.. names];
            foreach (var text in texts)
            {
                if (text is null) continue;
                if (WrittenNames.In(text) is { } written) words.UnionWith(written);
                else untellable = true;
            }
        }

        private static bool IsOperator(string name) => name.AsSpan().IndexOfAnyExcept("+-*/<>=~!@#%^&|`?") < 0;
    }
}
