using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>
/// Implicit and assignment casts by functions of the database, which run without being named. One that may change something counts in every statement; one
/// that only reads, where a value of its types may be about.
/// </summary>
static class UnwrittenCasts
{
    public static void Visit(StatementWalk walk, IReadOnlyList<CatalogCast> casts)
    {
        List<(CatalogCast Cast, bool Touched)> unwritten = [.. casts.Where(static c => c.Context != 'e').Select(c => (c, MayConcern(walk, c)))];
        foreach (var (cast, touched) in unwritten) Visit(walk, cast, touched);
    }

    /// <summary>Those that may be applied to a value of a type that is not in the text.</summary>
    public static void VisitType(StatementWalk walk, Func<CatalogCast, bool> isOfType)
    {
        foreach (var cast in walk.Context.Catalog.Casts)
            if (cast.Context != 'e' && isOfType(cast)) Visit(walk, cast, touched: true);
    }

    static void Visit(StatementWalk walk, CatalogCast cast, bool touched)
    {
        var one = Consequences.WorkOf(walk, cast);
        var reads = one.Accesses.Any(static a => a.Kind == "table");
        if (Consequences.OnlyComputes(one) && !(touched && reads)) return;
        walk.MergeImplied(one);
        walk.CastsUnseen |= touched;
    }

    // What a function or an operator of somebody's takes and gives is not looked at, nor is what a view holds.
    static bool MayConcern(StatementWalk walk, CatalogCast cast) =>
        cast.Types.Count == 0 || walk.Types.Contains(null) || cast.Types.Values.Any(walk.Types.Contains) || walk.Accesses.Any(a => a.Kind switch
        {
            "function" => !a.Name.StartsWith("pg_catalog.", StringComparison.Ordinal),
            "table" => walk.Context.Catalog.Relations.GetValueOrDefault(a.Name) is not { } relation || relation is { Kind: 'v', Schema: not ("pg_catalog" or "information_schema") }
                || cast.Types.Values.Contains(relation.Name) || relation.Columns.Any(c => cast.Types.ContainsKey(c.TypeOid)),
            _ => false,
        });
}
