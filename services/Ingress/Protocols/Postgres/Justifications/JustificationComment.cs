using Hoop.Contracts.Approvals;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Protocols.Postgres.Justifications;

/// <summary>
/// What a statement's own comments say for it: <c>/* hoop: reason=… ticket=… */</c>, <c>-- hoop: emergency reason="…"</c>. Only comments count: the same words
/// in a string are somebody's data. Of several comments the first that gives a key counts.
/// </summary>
internal static class JustificationComment
{
    private const string Mark = "hoop:";
    private static readonly string[] Keys = ["reason", "ticket", "emergency"];

    /// <summary>Null when there is none.</summary>
    internal static Justification? Of(string sql)
    {
        // Most statements say nothing: they are not looked into.
        if (!sql.Contains(Mark, StringComparison.Ordinal) || SqlTokens.Of(sql) is not { } tokens) return null;
        Justification? said = null;
        foreach (var token in tokens)
        {
            if (token.Kind == SqlTokenKind.Comment && Read(Body(token.Of(sql))) is { } found) said = Said.Merge(said, found);
        }

        return said;
    }

    private static ReadOnlySpan<char> Body(ReadOnlySpan<char> comment) => comment.StartsWith("/*") ? comment[2..^2].Trim() : comment[2..].Trim();

    private static Justification? Read(ReadOnlySpan<char> body)
    {
        if (!body.StartsWith(Mark)) return null;
        string? reason = null, ticket = null;
        var emergency = false;
        for (var rest = body[Mark.Length..]; NextKey(rest, out var key, out rest);)
        {
            var value = Value(ref rest);
            switch (key)
            {
                case "reason": reason ??= Said.Reason(value); break;
                case "ticket": ticket ??= Said.Ticket(value); break;
                default: emergency |= value.IsEmpty || Said.IsOn(value); break;
            }
        }

        return Said.Of(reason, ticket, emergency);
    }

    /// <summary>Skips what is before the next key.</summary>
    private static bool NextKey(ReadOnlySpan<char> text, out string key, out ReadOnlySpan<char> rest)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (KeyAt(text, at) is not { } found) continue;
            key = found;
            rest = text[(at + found.Length)..];
            return true;
        }

        key = "";
        rest = default;
        return false;
    }

    /// <summary>A word of its own: at the start or behind space, and with = behind it (which <c>emergency</c> may leave out).</summary>
    private static string? KeyAt(ReadOnlySpan<char> text, int at)
    {
        if (at > 0 && !char.IsWhiteSpace(text[at - 1])) return null;
        foreach (var key in Keys)
        {
            if (!text[at..].StartsWith(key, StringComparison.OrdinalIgnoreCase)) continue;
            var behind = text[(at + key.Length)..];
            if (behind.TrimStart().StartsWith("=") || key == "emergency" && (behind.IsEmpty || char.IsWhiteSpace(behind[0]))) return key;
        }

        return null;
    }

    /// <summary>In quotes up to the closing one (doubled, it is part of the value); else up to the next key.</summary>
    private static ReadOnlySpan<char> Value(ref ReadOnlySpan<char> rest)
    {
        var text = rest.TrimStart();
        if (!text.StartsWith("=")) return default;
        text = text[1..].TrimStart();
        if (text.IsEmpty || text[0] is not ('"' or '\'')) return Bare(text, out rest);
        var quote = text[0];
        var value = new System.Text.StringBuilder();
        for (var at = 1; at < text.Length; at++)
        {
            if (text[at] != quote) value.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == quote) value.Append(text[at++]);
            else
            {
                rest = text[(at + 1)..];
                return value.ToString();
            }
        }

        // Without an end it is as long as the comment.
        rest = default;
        return value.ToString();
    }

    private static ReadOnlySpan<char> Bare(ReadOnlySpan<char> text, out ReadOnlySpan<char> rest)
    {
        var end = 1;
        while (end < text.Length && KeyAt(text, end) is null) end++;
        end = Math.Min(end, text.Length);
        rest = text[end..];
        return text[..end];
    }
}
