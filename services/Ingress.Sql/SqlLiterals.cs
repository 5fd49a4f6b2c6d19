using System.Text;

namespace Hoop.Ingress.Sql;

/// <summary>
/// Takes the values out of a text for a record that must not hold them: every string and number becomes <c>***</c>, comments go. It is no
/// scanner of the server's: where servers may read a text in different ways, everything from there on goes.
/// </summary>
public static class SqlLiterals
{
    private const string Hidden = "***";

    public static string Hide(string sql)
    {
        var shown = new StringBuilder(sql.Length);
        var at = 0;
        while (at < sql.Length)
        {
            var end = Next(sql, at, out var hide);
            if (end < 0) return shown.Append(Hidden).ToString();
            if (!hide) shown.Append(sql, at, end - at);
            else if (sql[at] is not ('-' or '/')) shown.Append(Hidden);
            at = end;
        }

        return shown.ToString();
    }

    /// <summary>Where the token at <paramref name="at"/> ends; -1 when that cannot be told.</summary>
    private static int Next(string sql, int at, out bool hide)
    {
        var c = sql[at];
        var next = at + 1 < sql.Length ? sql[at + 1] : '\0';
        hide = true;
        if (c == '\'') return String(sql, at);
        if (c == '-' && next == '-') return LineEnd(sql, at);
        if (c == '/' && next == '*') return Comment(sql, at);
        if (c == '$' && !char.IsAsciiDigit(next)) return DollarString(sql, at);
        if (char.IsAsciiDigit(c) || c == '.' && char.IsAsciiDigit(next)) return Run(sql, at, static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_');
        hide = false;
        if (c == '"') return Quoted(sql, at, '"');
        if (c == '$' || char.IsLetter(c) || c is '_' or > '\x7f') return Run(sql, at + 1, static c => char.IsLetterOrDigit(c) || c is '_' or '$' or > '\x7f');
        return at + 1;
    }

    // A backslash is an escape in some strings and under some settings: then nobody can tell here where the string ends.
    private static int String(string sql, int at)
    {
        var end = Quoted(sql, at, '\'');
        return end < 0 || sql.AsSpan(at, end - at).Contains('\\') ? -1 : end;
    }

    private static int Quoted(string sql, int at, char quote)
    {
        for (var i = at + 1; i < sql.Length; i++)
        {
            if (sql[i] != quote) continue;
            if (i + 1 == sql.Length || sql[i + 1] != quote) return i + 1;
            i++;
        }

        return -1;
    }

    private static int DollarString(string sql, int at)
    {
        var tag = sql.IndexOf('$', at + 1);
        if (tag < 0) return -1;
        var mark = sql[at..(tag + 1)];
        var end = sql.IndexOf(mark, tag + 1, StringComparison.Ordinal);
        return end < 0 ? -1 : end + mark.Length;
    }

    private static int LineEnd(string sql, int at) => sql.IndexOfAny(['\n', '\r'], at) is var end and >= 0 ? end : sql.Length;

    private static int Comment(string sql, int at)
    {
        var depth = 0;
        for (var i = at; i + 1 < sql.Length; i++)
        {
            if (sql[i] == '/' && sql[i + 1] == '*') (depth, i) = (depth + 1, i + 1);
            else if (sql[i] == '*' && sql[i + 1] == '/') (depth, i) = (depth - 1, i + 1);
            if (depth == 0) return i + 1;
        }

        return -1;
    }

    private static int Run(string sql, int at, Func<char, bool> goesOn)
    {
        while (at < sql.Length && goesOn(sql[at])) at++;
        return at;
    }
}
