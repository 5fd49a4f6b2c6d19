namespace Hoop.Audit.Search;

/// <summary>
/// What a statement can be found by, each as one text: <c>v:delete</c>, <c>o:public.orders</c>, <c>w:orders</c>. One inverted index over all of
/// them answers any combination by intersecting lists, and needs no extension of the server.
/// </summary>
internal static class SearchTags
{
    private const int MostWords = 200;
    private const int LongestWord = 60;

    public static string Principal(string value) => "p:" + value;
    public static string Target(string value) => "t:" + value;
    public static string Verb(string value) => "v:" + value.ToLowerInvariant();
    public static string Object(string value) => "o:" + value;
    public static string Effect(string value) => "e:" + value.ToLowerInvariant();
    public static string Outcome(string value) => "d:" + value.ToLowerInvariant();
    public static string Rule(string value) => "r:" + value;
    public static string Approver(string value) => "a:" + value;
    public static string Request(string value) => "q:" + value.ToLowerInvariant();

    /// <summary>What a hold can be found by once it was resolved.</summary>
    public static string[] Resolved(string outcome, string[] by) => [Outcome(outcome), .. by.Select(Approver)];

    /// <summary>Whether there is anything to look for; without, a search would find all.</summary>
    public static bool HasWords(string text) => text.Any(IsOfWord);

    /// <summary>Runs of letters, digits and underscores, lower case; of an endless statement the first that are not there yet.</summary>
    public static void AddWords(string text, HashSet<string> tags)
    {
        var known = tags.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> tag = stackalloc char[2 + LongestWord];
        "w:".CopyTo(tag);
        var (length, left) = (0, MostWords);
        foreach (var c in text)
        {
            if (IsOfWord(c))
            {
                if (length < LongestWord)
                    tag[2 + length++] = char.ToLowerInvariant(c);
            }
            else if (length > 0)
            {
                if (known.Add(tag[..(2 + length)]) && --left == 0)
                    return;
                length = 0;
            }
        }

        if (length > 0)
            known.Add(tag[..(2 + length)]);
    }

    private static bool IsOfWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}
