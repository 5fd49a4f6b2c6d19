using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Previews;

/// <summary>A statement's text, cut at words that stand outside all brackets. What a cut means is the grammar's to say, afterwards.</summary>
sealed class StatementParts
{
    readonly string sql;
    readonly SqlToken[] tokens;
    readonly int[] depths;

    StatementParts(string sql, SqlToken[] tokens, int[] depths) => (this.sql, this.tokens, this.depths) = (sql, tokens, depths);

    public int Count => tokens.Length;

    /// <summary>Null when the text has strings, comments or brackets without an end.</summary>
    public static StatementParts? Of(string sql)
    {
        if (SqlTokens.Of(sql) is not { } all) return null;
        var tokens = all.Where(token => token.Kind != SqlTokenKind.Comment).ToArray();
        var depths = new int[tokens.Length];
        var depth = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            if (tokens[i].Is(sql, ')') || tokens[i].Is(sql, ']')) depth--;
            if (depth < 0) return null;
            depths[i] = depth;
            if (tokens[i].Is(sql, '(') || tokens[i].Is(sql, '[')) depth++;
        }
        return depth == 0 ? new(sql, tokens, depths) : null;
    }

    /// <summary>The first of these keywords outside brackets; <paramref name="end"/> when there is none. A name behind a dot is no keyword, nor is the FROM of IS DISTINCT FROM.</summary>
    public int Find(int from, int end, params ReadOnlySpan<string> words)
    {
        for (var i = from; i < end; i++)
        {
            if (depths[i] != 0 || tokens[i].Kind != SqlTokenKind.Word || i > 0 && (tokens[i - 1].Is(sql, '.') || tokens[i - 1].Is(sql, "distinct"))) continue;
            foreach (var word in words)
                if (tokens[i].Is(sql, word)) return i;
        }
        return end;
    }

    public bool Is(int at, string word) => at < tokens.Length && tokens[at].Is(sql, word);

    public bool Is(int at, char symbol) => at < tokens.Length && tokens[at].Is(sql, symbol);

    public bool IsName(int at) => at < tokens.Length && tokens[at].Kind is SqlTokenKind.Word or SqlTokenKind.QuotedName;

    /// <summary>Behind the bracket that closes the one here.</summary>
    public int Behind(int bracket)
    {
        var at = bracket + 1;
        while (at < tokens.Length && depths[at] > depths[bracket]) at++;
        return at + 1;
    }

    /// <summary>The text of the tokens from one to before another, comments between them included.</summary>
    public string Text(int from, int end) => from >= end ? "" : sql[tokens[from].Start..tokens[end - 1].End];

    /// <summary>The parts between commas outside brackets.</summary>
    public List<(int From, int End)> Items(int from, int end)
    {
        var items = new List<(int, int)>();
        for (var i = from; i <= end; i++)
        {
            if (i < end && !(depths[i] == 0 && Is(i, ','))) continue;
            items.Add((from, i));
            from = i + 1;
        }
        return items;
    }

    /// <summary>Where the statement ends: before a semicolon.</summary>
    public int End => tokens.Length > 0 && Is(tokens.Length - 1, ';') ? tokens.Length - 1 : tokens.Length;
}
