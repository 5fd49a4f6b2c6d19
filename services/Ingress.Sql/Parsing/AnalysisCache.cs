using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Parsing;

/// <summary>
/// Remembers what texts meant under a catalog and search path. Two generations: when the young one is full it becomes the old one and the old
/// one is forgotten, so what is in use stays without a lock or a list on the way of a hit.
/// </summary>
sealed class AnalysisCache(int maxEntries = 4096, long maxTextBytes = 64L * 1024 * 1024)
{
    const int LongestText = 32 * 1024; // characters: 64 KiB

    static readonly ConditionalWeakTable<CatalogSnapshot, StrongBox<long>> Ids = [];
    static long lastId;

    ConcurrentDictionary<Key, Entry> young = new(), old = new();
    long youngBytes, oldBytes;
    readonly Lock turning = new();

    public int Count => young.Count + old.Count;
    public long TextBytes => Volatile.Read(ref youngBytes) + Volatile.Read(ref oldBytes);

    /// <summary>Not found, too, when the session has a temporary relation of a name that the text resolved otherwise.</summary>
    public bool TryGet(string sql, SqlContext context, out SqlAnalysis analysis)
    {
        analysis = null!;
        if (sql.Length > LongestText) return false;
        var key = new Key(sql, Id(context.Catalog), context.SearchPath);
        if (!young.TryGetValue(key, out var entry))
        {
            if (!old.TryGetValue(key, out entry)) return false;
            Add(key, entry);
        }
        foreach (var name in entry.Unqualified)
            if (context.IsTemporary(name)) return false;
        analysis = entry.Analysis;
        return true;
    }

    /// <param name="unqualified">The bare names of relations that it resolved, none of them temporary.</param>
    public void Add(string sql, SqlContext context, SqlAnalysis analysis, string[] unqualified)
    {
        if (sql.Length <= LongestText) Add(new(sql, Id(context.Catalog), context.SearchPath), new(analysis, unqualified));
    }

    void Add(Key key, Entry entry)
    {
        lock (turning)
        {
            if (young.Count >= maxEntries / 2 || youngBytes + key.Bytes > maxTextBytes / 2)
            {
                (old, oldBytes) = (young, youngBytes);
                (young, youngBytes) = (new(), 0);
            }
            if (young.TryAdd(key, entry)) youngBytes += key.Bytes;
        }
    }

    sealed record Entry(SqlAnalysis Analysis, string[] Unqualified);

    // Versions count per target; two targets may have the same.
    static long Id(CatalogSnapshot catalog) => Ids.GetValue(catalog, static _ => new(Interlocked.Increment(ref lastId))).Value;

    readonly struct Key(string sql, long catalog, IReadOnlyList<string> path) : IEquatable<Key>
    {
        readonly string sql = sql;
        readonly long catalog = catalog;
        readonly IReadOnlyList<string> path = path;

        public long Bytes => sql.Length * 2L;

        public bool Equals(Key other)
        {
            if (catalog != other.catalog || sql != other.sql) return false;
            if (ReferenceEquals(path, other.path)) return true;
            if (path.Count != other.path.Count) return false;
            for (var i = 0; i < path.Count; i++)
                if (path[i] != other.path[i]) return false;
            return true;
        }

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(sql, catalog, path.Count);
    }
}
