using System.Text;
using System.Text.RegularExpressions;

namespace Hoop.Testing;

/// <summary>A file for psql, cut into what psql would send.</summary>
public static partial class PsqlScript
{
    /// <summary>Statements, and the rows behind a COPY … FROM STDIN. Lines for psql itself are left out, and variables stay as they are written.</summary>
    public static IEnumerable<(string Text, string? Rows)> Cut(string script)
    {
        var text = new StringBuilder();
        var (at, open, bodies) = (0, 0, 0);
        while (at < script.Length)
        {
            var part = Part().Match(script, at).Value;
            if (part.Length == 0) part = script[at..(at + 1)];
            if (part.StartsWith("/*", StringComparison.Ordinal)) part = Comment(script, at);
            if (part.StartsWith('$')) part = Quoted(script, at, part);
            at += part.Length;
            if (part.StartsWith("--", StringComparison.Ordinal)) continue;
            if (part[0] == '\\')
            {
                if (part.StartsWith("\\g", StringComparison.Ordinal) && Take(text) is { Length: > 0 } sent) yield return (sent, null);
                continue;
            }

            text.Append(part);
            open += part switch { "(" => 1, ")" => -1, _ => 0 };
            // Bodies of SQL functions hold semicolons.
            if (part.Equals("begin", StringComparison.OrdinalIgnoreCase) && text.ToString().TrimStart().StartsWith("create", StringComparison.OrdinalIgnoreCase)) bodies++;
            if (bodies > 0) bodies += part.ToUpperInvariant() switch { "CASE" => 1, "END" => -1, _ => 0 };
            if (part != ";" || open > 0 || bodies > 0) continue;
            open = 0;
            var statement = Take(text);
            var rows = FromStdin().IsMatch(statement) ? Rows(script, ref at) : null;
            if (statement.Length > 1) yield return (statement, rows);
        }
    }

    private static string Take(StringBuilder text)
    {
        var taken = text.ToString().Trim();
        text.Clear();
        return taken;
    }

    private static string Comment(string script, int from)
    {
        var (at, depth) = (from, 0);
        do
        {
            depth += script.AsSpan(at).StartsWith("/*") ? 1 : script.AsSpan(at).StartsWith("*/") ? -1 : 0;
            at += script.AsSpan(at).StartsWith("/*") || script.AsSpan(at).StartsWith("*/") ? 2 : 1;
        }
        while (depth > 0 && at < script.Length);
        return script[from..Math.Min(at, script.Length)];
    }

    private static string Quoted(string script, int from, string tag)
    {
        var end = tag.EndsWith('$') && tag.Length > 1 ? script.IndexOf(tag, from + tag.Length, StringComparison.Ordinal) : -1;
        return end < 0 ? script[from..(from + 1)] : script[from..(end + tag.Length)];
    }

    private static string? Rows(string script, ref int at)
    {
        var first = script.IndexOf('\n', at) + 1;
        var end = first == 0 ? -1 : script.IndexOf("\n\\.", first - 1, StringComparison.Ordinal);
        if (end < 0) return null;
        at = end + 3;
        return script[first..Math.Max(first, end + 1)];
    }

    [GeneratedRegex("""\G(?:[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*|\$(?:[A-Za-z_]\w*)?\$|\\[^\n]*|[A-Za-z_][\w$]*|[\d.]+|\s+)""", RegexOptions.Singleline)]
    private static partial Regex Part();

    [GeneratedRegex(@"^copy\b[^;]*\bfrom\s+stdin", RegexOptions.IgnoreCase)]
    private static partial Regex FromStdin();
}
