namespace Hoop.Ingress.Sql.Parsing;

public enum SqlTokenKind : byte
{
    /// <summary>A keyword or a name without quotes.</summary>
    Word,
    QuotedName,
    /// <summary>Any kind of string constant, its prefix included.</summary>
    String,
    /// <summary>A number or a parameter.</summary>
    Number,
    /// <summary>One character of punctuation or of an operator.</summary>
    Symbol,
    /// <summary>Either kind, its marks included.</summary>
    Comment,
}

/// <param name="Start">In characters.</param>
public readonly record struct SqlToken(int Start, int Length, SqlTokenKind Kind)
{
    public int End => Start + Length;

    public ReadOnlySpan<char> Of(ReadOnlySpan<char> sql) => sql.Slice(Start, Length);

    /// <summary>A keyword, or a name without quotes, that reads so.</summary>
    public bool Is(ReadOnlySpan<char> sql, string word) => Kind == SqlTokenKind.Word && Of(sql).Equals(word, StringComparison.OrdinalIgnoreCase);

    public bool Is(ReadOnlySpan<char> sql, char symbol) => Kind == SqlTokenKind.Symbol && sql[Start] == symbol;
}

/// <summary>
/// Where a text's words, strings and comments are, by the rules of PostgreSQL's scanner with standard_conforming_strings on (without it no text is judged
/// at all). For texts that the grammar took: it says where things stand, never what they mean. Whoever puts a new text together of the parts has
/// the grammar look at that again.
/// See https://www.postgresql.org/docs/current/sql-syntax-lexical.html and the server's scan.l.
/// </summary>
public ref struct SqlTokens
{
    readonly ReadOnlySpan<char> sql;
    readonly List<SqlToken> tokens = [];
    int at;

    SqlTokens(ReadOnlySpan<char> sql) => this.sql = sql;

    /// <summary>Null when something has no end.</summary>
    public static List<SqlToken>? Of(ReadOnlySpan<char> sql)
    {
        var scan = new SqlTokens(sql);
        while (scan.at < sql.Length)
            if (!scan.Token()) return null;
        return scan.tokens;
    }

    readonly char Peek(int ahead = 1) => at + ahead < sql.Length ? sql[at + ahead] : '\0';

    bool Token()
    {
        var c = sql[at];
        if (c is ' ' or '\t' or '\n' or '\r' or '\f' or '\v')
        {
            at++;
            return true;
        }

        var start = at;
        if (StartsComment) return SkipComment() && Add(start, SqlTokenKind.Comment);
        if (c == '\'') return SkipString(escapes: false) && Add(start, SqlTokenKind.String);
        if (c == '"') return SkipQuoted('"') && Add(start, SqlTokenKind.QuotedName);
        if (IsNameStart(c)) return Name(start);
        if (char.IsAsciiDigit(c) || c == '.' && char.IsAsciiDigit(Peek())) return Number(start);
        if (c == '$') return Dollar(start);
        at++;
        return Add(start, SqlTokenKind.Symbol);
    }

    readonly bool StartsComment => sql[at] == '-' && Peek() == '-' || sql[at] == '/' && Peek() == '*';

    bool Name(int start)
    {
        // The prefix of a string is one letter before its quote; N'…' is a word and a string.
        if (Peek() == '\'' && (sql[at] | ' ') is 'e' or 'b' or 'x')
        {
            var escapes = (sql[at++] | ' ') == 'e';
            return SkipString(escapes) && Add(start, SqlTokenKind.String);
        }

        if ((sql[at] | ' ') == 'u' && Peek() == '&' && Peek(2) is '\'' or '"')
        {
            at += 2;
            return sql[at] == '"' ? SkipQuoted('"') && Add(start, SqlTokenKind.QuotedName) : SkipString(escapes: false) && Add(start, SqlTokenKind.String);
        }

        while (at < sql.Length && IsNamePart(sql[at])) at++;
        return Add(start, SqlTokenKind.Word);
    }

    bool Number(int start)
    {
        while (at < sql.Length && (IsNamePart(sql[at]) || sql[at] == '.' && char.IsAsciiDigit(Peek()))) at++;
        return Add(start, SqlTokenKind.Number);
    }

    bool Dollar(int start)
    {
        if (char.IsAsciiDigit(Peek())) return Advance() && Number(start);
        var tag = start + 1;
        while (tag < sql.Length && (tag == start + 1 ? IsNameStart(sql[tag]) : IsNamePart(sql[tag]) && sql[tag] != '$')) tag++;
        if (tag == sql.Length || sql[tag] != '$') return Advance() && Add(start, SqlTokenKind.Symbol);
        var quote = sql[start..(tag + 1)];
        var end = sql[(tag + 1)..].IndexOf(quote, StringComparison.Ordinal);
        if (end < 0) return false;
        at = tag + 1 + end + quote.Length;
        return Add(start, SqlTokenKind.String);
    }

    bool SkipString(bool escapes)
    {
        while (true)
        {
            if (!(escapes ? SkipEscaped() : SkipQuoted('\''))) return false;
            // After a line's end a string goes on, by the rules it began with: that matters to those with escapes alone.
            if (!escapes || ContinuesAt() is not { } next) return true;
            at = next;
        }
    }

    bool SkipEscaped()
    {
        for (at++; at < sql.Length; at++)
        {
            if (sql[at] == '\\') at++;
            else if (sql[at] == '\'' && Peek() == '\'') at++;
            else if (sql[at] == '\'') return Advance();
        }
        return false;
    }

    /// <summary>A doubled quote reads as the end of one and the start of another: the same characters are skipped.</summary>
    bool SkipQuoted(char quote)
    {
        do
        {
            var end = sql[(at + 1)..].IndexOf(quote);
            if (end < 0) return false;
            at += end + 2;
        }
        while (at < sql.Length && sql[at] == quote);
        return true;
    }

    /// <summary>Where a string that ended here goes on: behind space with a line's end in it. (Behind a comment, which servers allow, the grammar here takes none.)</summary>
    readonly int? ContinuesAt()
    {
        var space = sql[at..].IndexOfAnyExcept(" \t\n\r\f\v");
        return space > 0 && sql[at + space] == '\'' && sql.Slice(at, space).ContainsAny('\n', '\r') ? at + space : null;
    }

    bool SkipComment()
    {
        if (sql[at] == '-')
        {
            var end = sql[at..].IndexOfAny('\n', '\r');
            at = end < 0 ? sql.Length : at + end;
            return true;
        }

        var depth = 0;
        while (at < sql.Length)
        {
            var (c, next) = (sql[at], Peek());
            at++;
            if (c == '/' && next == '*') depth++;
            else if (c == '*' && next == '/') depth--;
            else continue;
            at++;
            if (depth == 0) return true;
        }
        return false;
    }

    bool Advance()
    {
        at++;
        return true;
    }

    readonly bool Add(int start, SqlTokenKind kind)
    {
        tokens.Add(new(start, at - start, kind));
        return true;
    }

    static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c is '_' or >= '\u0080';

    static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or >= '\u0080';
}
