namespace Hoop.Ingress.Sql.Understanding;

/// <summary>Notes which bare names were looked up among the session's temporary relations, so that the answer can be shared with sessions that have none of them.</summary>
sealed class TemporaryNames
{
    readonly Func<string, bool> session;
    readonly HashSet<string> asked = [];

    public TemporaryNames(SqlContext context)
    {
        session = context.IsTemporary;
        Watched = context with { IsTemporary = IsTemporary, IsPlainTable = name => (AnyTemporary = true) && context.IsPlainTable(name) };
    }

    public SqlContext Watched { get; }

    /// <summary>The answer hangs on what the session made: it is nobody else's.</summary>
    public bool AnyTemporary { get; private set; }

    public string[] Asked => [.. asked];

    bool IsTemporary(string name)
    {
        asked.Add(name);
        var temporary = session(name);
        AnyTemporary |= temporary;
        return temporary;
    }
}
