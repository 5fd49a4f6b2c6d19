using System.Text;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>Every name that stands in a text of code, wherever, as the server folds it. What stands in strings is no name.</summary>
static class WrittenNames
{
    /// <summary>Null when some name cannot be told.</summary>
    public static HashSet<string>? In(string text)
    {
        if (SqlTokens.Of(text) is not { } tokens) return null;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in tokens)
        {
            if (token.Kind is not (SqlTokenKind.Word or SqlTokenKind.QuotedName)) continue;
            var written = token.Of(text);
            if (Encoding.UTF8.GetByteCount(written) > NameLimit.Bytes) return null;
            if (token.Kind == SqlTokenKind.Word)
            {
                // Letters beyond ASCII are folded where the database's encoding has one byte for each.
                var word = written.ToString();
                names.Add(string.Concat(word.Select(static c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : c)));
                names.Add(word.ToLowerInvariant());
            }
            else if (written is ['"', .. var inside, '"']) names.Add(inside.ToString().Replace("\"\"", "\"", StringComparison.Ordinal));
            else return null; // U&"…"
        }
        return names;
    }
}
