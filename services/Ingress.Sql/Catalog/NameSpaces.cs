using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Hoop.Ingress.Sql.Catalog;

/// <summary>A number for every catalog and search path: what caches go by instead of comparing schemas at each look-up.</summary>
static class NameSpaces
{
    const int MostPaths = 1024;

    // Not by their versions: two targets may have the same.
    static readonly ConditionalWeakTable<CatalogSnapshot, ConcurrentDictionary<string, long>> Known = [];
    static long last;

    /// <summary>The same for the same snapshot and schemas, and for no others. Past <see cref="MostPaths"/> paths every asking has its own.</summary>
    public static long Number(CatalogSnapshot catalog, IReadOnlyList<string> path)
    {
        var paths = Known.GetValue(catalog, static _ => new(StringComparer.Ordinal));
        var key = string.Join('\0', path); // no name contains it
        if (paths.TryGetValue(key, out var number)) return number;
        return paths.Count < MostPaths ? paths.GetOrAdd(key, static _ => Interlocked.Increment(ref last)) : Interlocked.Increment(ref last);
    }

    /// <summary>A context's number, worked out once.</summary>
    public sealed class Remembered(CatalogSnapshot catalog, IReadOnlyList<string> path)
    {
        public long Value { get; } = Number(catalog, path);

        /// <summary>False in a copy of the context whose names were changed.</summary>
        public bool IsOf(CatalogSnapshot other, IReadOnlyList<string> otherPath) => ReferenceEquals(catalog, other) && ReferenceEquals(path, otherPath);
    }
}
