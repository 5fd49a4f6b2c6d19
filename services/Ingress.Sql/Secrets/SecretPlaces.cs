using System.Text;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Secrets;

enum SecretPlaceKind : byte
{
    /// <summary>A constant at just this place.</summary>
    Constant,

    /// <summary>The first string from here on: the grammar notes where an option begins, not where its value does.</summary>
    NextString,

    /// <summary>What follows the name that begins here, up to the next option.</summary>
    OptionValue,

    /// <summary>The string behind the first word CONNECTION from here on.</summary>
    StringAfterConnection,
}

/// <param name="Place">In bytes of UTF-8.</param>
readonly record struct SecretPlace(SecretPlaceKind Kind, int Place);

/// <summary>The grammar's places → the characters of a text, by its tokens.</summary>
sealed class SecretPlaces
{
    readonly string sql;
    readonly byte[]? utf8;
    readonly List<SqlToken> tokens;

    SecretPlaces(string sql, List<SqlToken> tokens) => (this.sql, this.tokens, utf8) = (sql, tokens, Ascii.IsValid(sql) ? null : Encoding.UTF8.GetBytes(sql));

    /// <summary>Null when one of them cannot be found.</summary>
    public static List<SecretSpan>? Of(string sql, IEnumerable<SecretPlace> places)
    {
        if (SqlTokens.Of(sql) is not { } tokens) return null;
        tokens.RemoveAll(static token => token.Kind == SqlTokenKind.Comment);
        var text = new SecretPlaces(sql, tokens);
        var spans = new List<SecretSpan>();
        foreach (var place in places)
        {
            if (text.Find(place) is not { } span) return null;
            spans.Add(span);
        }
        return spans;
    }

    SecretSpan? Find(SecretPlace place)
    {
        var at = utf8 is null ? place.Place : Encoding.UTF8.GetCharCount(utf8, 0, Math.Min(place.Place, utf8.Length));
        var first = tokens.FindIndex(token => token.End > at);
        return place.Kind switch
        {
            _ when first < 0 => null,
            SecretPlaceKind.Constant => Constant(first),
            SecretPlaceKind.NextString => String(tokens.FindIndex(first, static token => token.Kind == SqlTokenKind.String)),
            SecretPlaceKind.OptionValue => Value(first),
            _ => String(AfterConnection(first)),
        };
    }

    SecretSpan? Constant(int at)
    {
        // A sign before a number belongs to it.
        while (at < tokens.Count && tokens[at].Kind == SqlTokenKind.Symbol) at++;
        if (at >= tokens.Count) return null;
        return tokens[at].Kind == SqlTokenKind.String ? String(at) : SecretSpan.Of(tokens[at], tokens[at]);
    }

    /// <summary>A string with what continues it, and the escape that it is read by.</summary>
    SecretSpan? String(int at)
    {
        if (at < 0) return null;
        var last = at;
        while (last + 1 < tokens.Count && tokens[last + 1].Kind == SqlTokenKind.String) last++;
        if (last + 2 < tokens.Count && tokens[last + 1].Is(sql, "uescape") && tokens[last + 2].Kind == SqlTokenKind.String) last += 2;
        return SecretSpan.Of(tokens[at], tokens[last]);
    }

    int AfterConnection(int from)
    {
        for (var i = from; i + 1 < tokens.Count; i++)
            if (tokens[i].Is(sql, "connection") && tokens[i + 1].Kind == SqlTokenKind.String) return i + 1;
        return -1;
    }

    SecretSpan? Value(int name)
    {
        var first = name + 1;
        while (first + 1 < tokens.Count && tokens[first].Is(sql, '.')) first += 2;
        if (first < tokens.Count && tokens[first].Is(sql, '=')) first++;
        var (last, depth) = (-1, 0);
        for (var i = first; i < tokens.Count; i++)
        {
            if (depth == 0 && (tokens[i].Is(sql, ',') || tokens[i].Is(sql, ')') || tokens[i].Is(sql, ';'))) break;
            if (tokens[i].Is(sql, '(')) depth++;
            if (tokens[i].Is(sql, ')')) depth--;
            last = i;
        }
        return last < first ? null : SecretSpan.Of(tokens[first], tokens[last]);
    }
}
