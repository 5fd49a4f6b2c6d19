using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>
/// Triggers that may wait for the end of the transaction: what they do was reported with the statement that set them off, by what names and functions meant
/// then. When they run, they go by what those mean then.
/// </summary>
public static class DeferredTriggers
{
    /// <param name="end">COMMIT, PREPARE TRANSACTION or SET CONSTRAINTS.</param>
    /// <param name="functions">Of triggers that were set off, and in what context.</param>
    /// <returns>The same when they do what was reported; else with what they do now.</returns>
    public static SqlStatement Run(SqlStatement end, IEnumerable<(string Function, SqlContext Then)> functions, SqlContext now)
    {
        var all = new StatementWalk(now, "", 0, new()) { MayBePlumbing = true };
        var moved = false;
        foreach (var (function, then) in functions)
        {
            var (before, after) = (Work(then, [function]), Work(now, Find(function, then.Catalog, now.Catalog)));
            if (before.Effects == after.Effects && before.Accesses.SequenceEqual(after.Accesses)) continue;
            moved = true;
            all.MergeImplied(after);
        }
        if (!moved) return end;
        return end with { Facts = end.Facts with { Plumbing = false, Accesses = [.. end.Facts.Accesses, .. all.Accesses], Effects = end.Facts.Effects | all.Effects } };
    }

    static StatementWalk Work(SqlContext context, IReadOnlyList<string> functions)
    {
        var walk = new StatementWalk(context, "", 0, new());
        foreach (var function in functions) Consequences.Run(walk, function);
        if (functions.Count == 0) walk.Add(Effects.Unknown);
        return walk;
    }

    // By its number: it may have another name by now, and its name another function.
    static string[] Find(string function, CatalogSnapshot then, CatalogSnapshot now)
    {
        var known = then.Functions.GetValueOrDefault(function, []).Select(static f => f.Oid).ToHashSet();
        return [.. now.Functions.Where(named => named.Value.Any(f => known.Contains(f.Oid))).Select(static named => named.Key)];
    }
}
