using Hoop.ServiceDefaults.Text;

namespace Hoop.Approval.Portal.Statements;

/// <summary>
/// Cuts a PostgreSQL statement into pieces to colour (https://www.postgresql.org/docs/current/sql-syntax-lexical.html). Only for the eye: what a
/// statement does was decided by the database's own grammar. Any text goes; what is not closed ends with the text.
/// </summary>
internal ref struct SqlLexer(string sql)
{
    private int _at;

    public static List<SqlToken> Read(string sql)
    {
        var lexer = new SqlLexer(sql);
        var tokens = new List<SqlToken>();
        while (lexer._at < sql.Length)
        {
            var start = lexer._at;
            var kind = lexer.Next();
            lexer.AddVisible(tokens, kind, start);
        }
        return tokens;
    }

    /// <summary>Hidden characters stand alone, so that they can be shown by number.</summary>
    private readonly void AddVisible(List<SqlToken> tokens, SqlTokenKind kind, int start)
    {
        foreach (var (text, hidden) in HiddenCharacters.Pieces(sql, start, _at)) tokens.Add(new(hidden ? SqlTokenKind.Hidden : kind, text));
    }

    private SqlTokenKind Next()
    {
        var c = sql[_at];
        if (char.IsWhiteSpace(c)) return Run(SqlTokenKind.Space, char.IsWhiteSpace);
        if (c == '-' && Peek(1) == '-') return UntilLineEnd();
        if (c == '/' && Peek(1) == '*') return BlockComment();
        if (c == '\'') return Quoted('\'', backslash: false, SqlTokenKind.Text);
        if (c == '"') return Quoted('"', backslash: false, SqlTokenKind.QuotedName);
        if (c == '$') return Dollar();
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1)))) return Run(SqlTokenKind.Number, static d => char.IsAsciiLetterOrDigit(d) || d is '.' or '_');
        if (IsWordStart(c)) return Word();
        _at++;
        return SqlTokenKind.Sign;
    }

    private SqlTokenKind Word()
    {
        // E'…', B'…', X'…', N'…', U&'…' and U&"…" are one piece.
        var c = char.ToUpperInvariant(sql[_at]);
        if (Peek(1) == '\'' && (c is 'E' or 'B' or 'X' or 'N'))
        {
            _at++;
            return Quoted('\'', backslash: c == 'E', SqlTokenKind.Text);
        }
        if (c == 'U' && Peek(1) == '&' && (Peek(2) is '\'' or '"'))
        {
            _at += 2;
            return Quoted(sql[_at], backslash: false, sql[_at] == '"' ? SqlTokenKind.QuotedName : SqlTokenKind.Text);
        }
        var start = _at;
        Run(SqlTokenKind.Word, static l => IsWordStart(l) || char.IsAsciiDigit(l) || l == '$');
        return SqlKeywords.Has(sql.AsSpan(start, _at - start)) ? SqlTokenKind.Keyword : SqlTokenKind.Word;
    }

    private SqlTokenKind Quoted(char quote, bool backslash, SqlTokenKind kind)
    {
        for (_at++; _at < sql.Length; _at++)
        {
            if (backslash && sql[_at] == '\\') _at++;
            else if (sql[_at] == quote)
            {
                if (Peek(1) != quote) break;
                _at++;
            }
        }
        _at = Math.Min(_at + 1, sql.Length);
        return kind;
    }

    /// <summary><c>$1</c>, or <c>$tag$ … $tag$</c>.</summary>
    private SqlTokenKind Dollar()
    {
        var end = _at + 1;
        if (char.IsAsciiDigit(Peek(1)))
        {
            _at++;
            return Run(SqlTokenKind.Parameter, char.IsAsciiDigit);
        }
        while (end < sql.Length && (IsWordStart(sql[end]) || char.IsAsciiDigit(sql[end]))) end++;
        if (end >= sql.Length || sql[end] != '$')
        {
            _at++;
            return SqlTokenKind.Sign;
        }
        var tag = sql[_at..(end + 1)];
        var close = sql.IndexOf(tag, end + 1, StringComparison.Ordinal);
        _at = close < 0 ? sql.Length : close + tag.Length;
        return SqlTokenKind.Text;
    }

    private SqlTokenKind UntilLineEnd()
    {
        while (_at < sql.Length && sql[_at] is not ('\n' or '\r')) _at++;
        return SqlTokenKind.Comment;
    }

    /// <summary>They nest.</summary>
    private SqlTokenKind BlockComment()
    {
        var depth = 0;
        do
        {
            var step = (sql[_at], Peek(1)) switch { ('/', '*') => 1, ('*', '/') => -1, _ => 0 };
            depth += step;
            _at += step == 0 ? 1 : 2;
        }
        while (depth > 0 && _at < sql.Length);
        return SqlTokenKind.Comment;
    }

    private SqlTokenKind Run(SqlTokenKind kind, Func<char, bool> belongs)
    {
        while (_at < sql.Length && belongs(sql[_at])) _at++;
        return kind;
    }

    private readonly char Peek(int ahead) => _at + ahead < sql.Length ? sql[_at + ahead] : '\0';

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_' || (c >= 0x80 && !char.IsWhiteSpace(c));
}
