using System.Text;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Risks;

/// <summary>Where one statement's parts stand in the text: the grammar's own places, drawn out to whole words by its tokens.</summary>
sealed class StatementPlaces
{
    readonly string sql;
    readonly byte[]? utf8;
    readonly List<SqlToken> tokens;

    StatementPlaces(string sql, byte[]? utf8, List<SqlToken> tokens) => (this.sql, this.utf8, this.tokens) = (sql, utf8, tokens);

    /// <summary>Each statement of a text that parsed; null when its words cannot be told apart.</summary>
    public static List<StatementPlaces>? Of(string sql, JsonElement[] statements)
    {
        if (SqlTokens.Of(sql) is not { } tokens) return null;
        tokens.RemoveAll(token => token.Kind == SqlTokenKind.Comment);
        var utf8 = Ascii.IsValid(sql) ? null : Encoding.UTF8.GetBytes(sql);
        var places = new List<StatementPlaces>();
        foreach (var raw in statements)
        {
            var start = Character(raw.Number("stmt_location"), utf8);
            var length = raw.Number("stmt_len");
            var end = length == 0 ? sql.Length : Character(raw.Number("stmt_location") + length, utf8);
            places.Add(new(sql, utf8, tokens.FindAll(token => token.Start >= start && token.End <= end)));
        }
        return places;
    }

    static int Character(int place, byte[]? utf8) => utf8 is null ? place : Encoding.UTF8.GetCharCount(utf8, 0, Math.Min(place, utf8.Length));

    /// <summary>The statement's first word.</summary>
    public Span? First => tokens.Count > 0 ? Of(tokens[0], tokens[0]) : null;

    /// <summary>The name, qualified or not, that begins at a place of the grammar's.</summary>
    public Span? Name(int place)
    {
        var first = At(place);
        return first < 0 || !IsName(tokens[first]) ? null : Of(tokens[first], tokens[Qualified(first)]);
    }

    /// <summary>The name behind a dot that means this, at a place of the grammar's or after it.</summary>
    public Span? FieldAfter(int place, string name)
    {
        for (var i = Math.Max(At(place), 1); i < tokens.Count; i++)
            if (IsField(i) && Means(tokens[i], name)) return Of(tokens[i], tokens[i]);
        return null;
    }

    /// <summary>The nearest word before a place that reads so.</summary>
    public Span? WordBefore(int place, string word)
    {
        for (var i = At(place) - 1; i >= 0; i--)
            if (tokens[i].Is(sql, word)) return Of(tokens[i], tokens[i]);
        return null;
    }

    /// <summary>The last word of the statement that reads so.</summary>
    public Span? LastWord(string word)
    {
        for (var i = tokens.Count - 1; i >= 0; i--)
            if (tokens[i].Is(sql, word)) return Of(tokens[i], tokens[i]);
        return null;
    }

    /// <summary>The string behind one of these words.</summary>
    public Span? StringAfter(params ReadOnlySpan<string> words)
    {
        for (var i = 1; i < tokens.Count; i++)
        {
            if (tokens[i].Kind != SqlTokenKind.String) continue;
            foreach (var word in words)
                if (tokens[i - 1].Is(sql, word)) return Of(tokens[i - 1], tokens[i]);
        }
        return null;
    }

    /// <summary>The next name after the cursor that means this; the cursor moves behind it.</summary>
    public Span? NextName(string name, ref int cursor)
    {
        for (var i = Math.Max(cursor, 0); i < tokens.Count; i++)
        {
            if (!Means(tokens[i], name)) continue;
            cursor = i + 1;
            var first = i;
            while (first >= 2 && tokens[first - 1].Is(sql, '.') && IsName(tokens[first - 2])) first -= 2;
            return Of(tokens[first], tokens[i]);
        }
        return null;
    }

    /// <summary>The WHERE that an expression's first part stands behind, up to its end.</summary>
    /// <param name="place">Of the leftmost part that has one.</param>
    public Span? Condition(int place)
    {
        var where = At(place);
        while (where >= 0 && !(tokens[where].Is(sql, "where") && !IsField(where))) where--;
        if (where < 0) return null;
        var (last, depth) = (where, 0);
        for (var i = where + 1; i < tokens.Count; i++)
        {
            if (tokens[i].Is(sql, '(') || tokens[i].Is(sql, '[')) depth++;
            else if (tokens[i].Is(sql, ')') || tokens[i].Is(sql, ']')) depth--;
            if (depth < 0 || depth == 0 && (tokens[i].Is(sql, ';') || tokens[i].Is(sql, "returning") && !IsField(i))) break;
            last = i;
        }
        return Of(tokens[where], tokens[last]);
    }

    static Span Of(SqlToken first, SqlToken last) => new(first.Start, last.End - first.Start);

    static bool IsName(SqlToken token) => token.Kind is SqlTokenKind.Word or SqlTokenKind.QuotedName;

    // Behind a dot every word is a name.
    bool IsField(int token) => token > 0 && tokens[token - 1].Is(sql, '.');

    bool Means(SqlToken token, string name) => token.Kind switch
    {
        SqlTokenKind.Word => token.Is(sql, name),
        SqlTokenKind.QuotedName => sql[token.Start] == '"' && token.Length >= 2 && sql[(token.Start + 1)..(token.End - 1)].Replace("\"\"", "\"", StringComparison.Ordinal) == name,
        _ => false,
    };

    int At(int place)
    {
        var character = Character(place, utf8);
        return place < 0 ? -1 : tokens.FindIndex(token => token.Start <= character && character < token.End);
    }

    int Qualified(int first)
    {
        while (first + 2 < tokens.Count && tokens[first + 1].Is(sql, '.') && IsName(tokens[first + 2])) first += 2;
        return first;
    }
}

/// <summary>Characters of a text.</summary>
readonly record struct Span(int Start, int Length);
