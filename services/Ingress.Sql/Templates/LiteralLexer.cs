namespace Hoop.Ingress.Sql.Templates;

/// <summary>
/// Finds the numbers and plain strings of a text exactly as PostgreSQL's scanner does with standard_conforming_strings on (without it no text is
/// judged at all). It is no second scanner: what it does not need it leaves alone. A text with anything in it that servers read differently, or that takes
/// more than a glance (prefixed and continued strings, dollar quoting, backslashes in strings, exponents, other bases, numbers that run into letters), has no literals here.
/// See https://www.postgresql.org/docs/current/sql-syntax-lexical.html and the server's scan.l.
/// </summary>
ref struct LiteralLexer(ReadOnlySpan<char> sql, Span<Literal> found)
{
    /// <summary>A text with more is not worth remembering.</summary>
    public const int Most = 64;

    const string Symbols = "()[],;:=<>+-*/%^~!@#&|`?.";

    readonly ReadOnlySpan<char> sql = sql;
    readonly Span<Literal> found = found;
    int at, count;
    bool afterString;

    /// <returns>How many there are; -1 when the text is to be left to the grammar alone.</returns>
    public static int Scan(ReadOnlySpan<char> sql, Span<Literal> found) => new LiteralLexer(sql, found).Scan();

    int Scan()
    {
        while (at < sql.Length)
            if (!Token()) return -1;
        return count;
    }

    readonly char Next => at + 1 < sql.Length ? sql[at + 1] : '\0';

    bool Token()
    {
        var c = sql[at];
        switch (c)
        {
            // Space and comments do not end a string: after a new line it may go on.
            case ' ' or '\t' or '\n' or '\r' or '\f':
                at++;
                return true;
            case '-' when Next == '-': return LineComment();
            case '/' when Next == '*': return BlockComment();
            case '\'': return String();
        }
        afterString = false;
        if (IsNameStart(c)) return Name();
        if (char.IsAsciiDigit(c)) return Number();
        switch (c)
        {
            case '"': return QuotedName();
            case '$': return Parameter();
            case '.' when char.IsAsciiDigit(Next): return false;
            default:
                at++;
                return Symbols.Contains(c);
        }
    }

    bool Name()
    {
        var start = at++;
        while (at < sql.Length && IsNamePart(sql[at])) at++;
        if (at - start > 1 || at == sql.Length) return true;
        return (sql[start] | ' ') switch
        {
            'e' or 'b' or 'x' or 'n' => sql[at] != '\'',
            'u' => sql[at] != '&' || Next is not ('\'' or '"'),
            _ => true,
        };
    }

    bool Number()
    {
        var start = at;
        long value = 0;
        for (; at < sql.Length && char.IsAsciiDigit(sql[at]); at++)
            value = Math.Min(value * 10 + (sql[at] - '0'), int.MaxValue + 1L);
        var kind = value > int.MaxValue ? LiteralKind.Number : LiteralKind.Integer;
        if (at < sql.Length && sql[at] == '.' && char.IsAsciiDigit(Next))
        {
            kind = LiteralKind.Number;
            for (at++; at < sql.Length && char.IsAsciiDigit(sql[at]);) at++;
        }
        // 1. 1.. 1e5 0x1 1_000 1a 1$1
        if (at < sql.Length && (sql[at] is '.' || IsNamePart(sql[at]))) return false;
        return Add(start, kind);
    }

    bool String()
    {
        var start = at++;
        for (;; at += 2)
        {
            var quote = sql[at..].IndexOf('\'');
            if (quote < 0) return false;
            at += quote;
            if (Next != '\'') break;
        }
        at++;
        var content = sql[start..at];
        if (afterString || content.ContainsAny('\\', '\0') || content.ContainsAnyInRange('\ud800', '\udfff')) return false;
        return afterString = Add(start, LiteralKind.String);
    }

    bool QuotedName()
    {
        // A doubled quote reads as the end of one name and the start of another: the same characters are skipped.
        var end = sql[(at + 1)..].IndexOf('"');
        at += end + 2;
        return end >= 0;
    }

    bool Parameter()
    {
        var start = ++at;
        while (at < sql.Length && char.IsAsciiDigit(sql[at])) at++;
        return at > start && (at == sql.Length || !IsNamePart(sql[at]));
    }

    bool LineComment()
    {
        var end = sql[at..].IndexOfAny('\n', '\r');
        at = end < 0 ? sql.Length : at + end;
        return true;
    }

    bool BlockComment()
    {
        var depth = 0;
        while (at < sql.Length)
        {
            var (c, next) = (sql[at], Next);
            at++;
            if (c == '/' && next == '*') depth++;
            else if (c == '*' && next == '/') depth--;
            else continue;
            at++;
            if (depth == 0) return true;
        }
        return false;
    }

    bool Add(int start, LiteralKind kind)
    {
        if (count == found.Length) return false;
        found[count++] = new(start, at - start, kind);
        return true;
    }

    static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c is '_' or >= '\u0080';

    static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or >= '\u0080';
}
