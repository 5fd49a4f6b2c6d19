namespace Hoop.Policy.Engine.Rules;

/// <summary>Globs of which one must match. An empty list matches everything.</summary>
internal sealed class GlobSet
{
    /// <summary>The name of an object that is not known; only a pattern for everything covers it.</summary>
    public const string UnknownName = "*";

    private readonly Glob[] _globs;

    public GlobSet(IReadOnlyList<string> patterns)
    {
        _globs = [.. patterns.Select(p => new Glob(p))];
        MatchesAll = _globs.Length == 0 || Array.Exists(_globs, g => g.IsAll);
    }

    public bool MatchesAll { get; }

    public bool Matches(string name)
    {
        if (MatchesAll) return true;
        if (name == UnknownName) return false;
        foreach (var glob in _globs)
            if (glob.Matches(name)) return true;
        return false;
    }
}
