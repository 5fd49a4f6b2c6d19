using System.Text;

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

    /// <summary>Runs of letters, digits and underscores, lower case, each once; of an endless statement the first.</summary>
    public static IEnumerable<string> Words(string text)
    {
        var (words, word) = (new HashSet<string>(StringComparer.Ordinal), new StringBuilder());
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c) || c == '_')
            {
                if (word.Length < LongestWord)
                    word.Append(char.ToLowerInvariant(c));
                continue;
            }

            if (Take() && words.Count == MostWords)
                return words;
        }

        Take();
        return words;

        bool Take()
        {
            if (word.Length == 0)
                return false;
            words.Add("w:" + word);
            word.Clear();
            return true;
        }
    }
}
