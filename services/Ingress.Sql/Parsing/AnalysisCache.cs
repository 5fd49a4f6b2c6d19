namespace Hoop.Ingress.Sql.Parsing;

/// <summary>Remembers what texts meant under a catalog and search path.</summary>
sealed class AnalysisCache(int maxEntries = 4096, long maxTextBytes = 64L * 1024 * 1024)
{
    public const int LongestText = 32 * 1024; // characters: 64 KiB

    readonly Generations<Key, Entry> texts = new(maxEntries, maxTextBytes);

    public int Count => texts.Count;
    public long TextBytes => texts.Bytes;

    /// <summary>Not found, too, when the session has a temporary relation of a name that the text resolved otherwise.</summary>
    public bool TryGet(string sql, SqlContext context, out SqlAnalysis analysis)
    {
        analysis = null!;
        if (sql.Length > LongestText || !texts.TryGet(new Key(sql, context.Names), out var entry)) return false;
        foreach (var name in entry.Unqualified)
            if (context.IsTemporary(name)) return false;
        analysis = entry.Analysis;
        return true;
    }

    /// <param name="unqualified">The bare names of relations that it resolved, none of them temporary.</param>
    public void Add(string sql, SqlContext context, SqlAnalysis analysis, string[] unqualified)
    {
        if (sql.Length <= LongestText) texts.Add(new(sql, context.Names), new(analysis, unqualified), sql.Length * 2L);
    }

    sealed record Entry(SqlAnalysis Analysis, string[] Unqualified);

    /// <summary>Hashed once, however many generations are asked.</summary>
    readonly struct Key(string sql, long names) : IEquatable<Key>
    {
        readonly string sql = sql;
        readonly long names = names;
        readonly int hash = HashCode.Combine(sql.GetHashCode(), names);

        public bool Equals(Key other) => names == other.names && hash == other.hash && sql == other.sql;

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => hash;
    }
}
