namespace Hoop.Policy.Engine.Yaml;

/// <summary>"Did you mean": the nearest known word, when one is near.</summary>
internal static class Suggestion
{
    private const int MaxLength = 64;

    /// <summary><c>; did you mean "allow"?</c>, or the words to choose from when none is near and there are few.</summary>
    public static string For(string word, IReadOnlyCollection<string> known)
    {
        var nearest = Nearest(word, known);
        if (nearest is not null) return $"; did you mean {YamlErrors.Show(nearest)}?";
        return known.Count is > 0 and <= 16 ? $"; use {OneOf(known)}" : "";
    }

    public static string OneOf(IReadOnlyCollection<string> known)
    {
        var words = known.Select(Bounded).ToArray();
        return words.Length == 1 ? words[0] : $"{string.Join(", ", words[..^1])} or {words[^1]}";
    }

    public static string? Nearest(string word, IReadOnlyCollection<string> known)
    {
        if (word.Length is 0 or > MaxLength) return null;
        var budget = word.Length <= 3 ? 1 : 2;
        return known
            .Where(k => k.Length <= MaxLength && Math.Abs(k.Length - word.Length) <= budget)
            .Select(k => (Word: k, Distance: Distance(word.ToLowerInvariant(), k.ToLowerInvariant())))
            .Where(k => k.Distance <= budget)
            .OrderBy(k => k.Distance).ThenBy(k => k.Word, StringComparer.Ordinal)
            .Select(k => k.Word).FirstOrDefault();
    }

    private static string Bounded(string word) => YamlErrors.Show(word)[1..^1];

    /// <summary>Optimal string alignment: insert, delete, replace and swap of neighbours each count one.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replace, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[a.Length, b.Length];
    }
}
