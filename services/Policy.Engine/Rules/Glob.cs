namespace Hoop.Policy.Engine.Rules;

/// <summary>
/// A name pattern in which <c>*</c> stands for any run of characters, dots included. Case-sensitive.
/// Matching takes at most pattern × name steps, whatever the pattern.
/// </summary>
internal readonly struct Glob
{
    private enum Shape : byte { All, Exact, Prefix, Suffix, General }

    private readonly string _text;
    private readonly Shape _shape;

    public Glob(string pattern)
    {
        var stars = pattern.AsSpan().Count('*');
        (_shape, _text) = stars switch
        {
            0 => (Shape.Exact, pattern),
            _ when stars == pattern.Length => (Shape.All, ""),
            1 when pattern[^1] == '*' => (Shape.Prefix, pattern[..^1]),
            1 when pattern[0] == '*' => (Shape.Suffix, pattern[1..]),
            _ => (Shape.General, pattern),
        };
    }

    public bool IsAll => _shape == Shape.All;

    public static bool IsPattern(string text) => text.Contains('*');

    public bool Matches(string name) => _shape switch
    {
        Shape.All => true,
        Shape.Exact => string.Equals(name, _text, StringComparison.Ordinal),
        Shape.Prefix => name.StartsWith(_text, StringComparison.Ordinal),
        Shape.Suffix => name.EndsWith(_text, StringComparison.Ordinal),
        _ => MatchesGeneral(_text, name),
    };

    /// <summary>Greedy, falling back only to the last star: an earlier star never needs to be tried again.</summary>
    private static bool MatchesGeneral(string pattern, string name)
    {
        int p = 0, n = 0, star = -1, resume = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = n;
            }
            else if (p < pattern.Length && pattern[p] == name[n])
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++resume;
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }
}
