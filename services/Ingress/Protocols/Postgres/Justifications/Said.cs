using System.Text;
using Hoop.Contracts.Approvals;

namespace Hoop.Ingress.Protocols.Postgres.Justifications;

/// <summary>Text of the client becomes a justification: one line, of bounded length, without anything that is not to be seen.</summary>
internal static class Said
{
    internal const int LongestReason = 500;
    internal const int LongestTicket = 100;

    internal static string? Reason(ReadOnlySpan<char> text) => OneLine(text, LongestReason);

    internal static string? Ticket(ReadOnlySpan<char> text) => OneLine(text, LongestTicket);

    internal static bool IsOn(ReadOnlySpan<char> text) =>
        OneLine(text, 8)?.ToLowerInvariant() is "on" or "true" or "yes" or "1" or "t";

    /// <summary>Null when it says nothing.</summary>
    internal static Justification? Of(string? reason, string? ticket, bool emergency) =>
        reason is null && ticket is null && !emergency ? null : new Justification(reason, ticket, emergency);

    /// <summary>Key by key, the first that says something.</summary>
    internal static Justification? Merge(Justification? first, Justification? second) => (first, second) switch
    {
        (null, _) => second,
        (_, null) => first,
        var (a, b) => new Justification(a.Reason ?? b.Reason, a.Ticket ?? b.Ticket, a.Emergency || b.Emergency),
    };

    private static string? OneLine(ReadOnlySpan<char> text, int longest)
    {
        var line = new StringBuilder(Math.Min(text.Length, longest));
        // Formatting characters could have a line read in another order than it was written.
        foreach (var rune in text.EnumerateRunes())
        {
            var hidden = Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format;
            if (!hidden) line.Append(rune);
            else if (line.Length > 0 && line[^1] != ' ') line.Append(' ');
            if (line.Length > longest + 1) break;
        }

        while (line.Length > 0 && line[^1] == ' ') line.Length--;
        if (line.Length == 0) return null;
        if (line.Length <= longest) return line.ToString();
        line.Length = longest - 1;
        if (char.IsHighSurrogate(line[^1])) line.Length--;
        return line.Append('…').ToString();
    }
}
