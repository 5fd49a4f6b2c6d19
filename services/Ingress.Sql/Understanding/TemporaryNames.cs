namespace Hoop.Ingress.Sql.Understanding;

/// <summary>Notes which bare names were looked up among the session's temporary relations, so that the answer can be shared with sessions that have none of them.</summary>
sealed class TemporaryNames
{
    readonly Func<string, bool> session;
    readonly HashSet<string> asked = [];

    public TemporaryNames(SqlContext context)
    {
        session = context.IsTemporary;
        Watched = context with { IsTemporary = IsTemporary };
    }

    public SqlContext Watched { get; }

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
