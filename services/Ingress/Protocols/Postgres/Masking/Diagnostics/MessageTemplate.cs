using System.Text.RegularExpressions;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Diagnostics;

/// <summary>Takes the values out of a message and leaves its wording.</summary>
internal static partial class MessageTemplate
{
    private const string Mask = "***";

    public static string Strip(string message, KnownNames names)
    {
        var parts = message.Split('"');
        var quotesAreNames = (parts.Length & 1) == 1;
        for (var i = 1; i < parts.Length && quotesAreNames; i += 2)
            quotesAreNames = names.Contains(parts[i]);
        if (quotesAreNames)
        {
            for (var i = 0; i < parts.Length; i += 2)
                parts[i] = Plain(parts[i]);
            return string.Join('"', parts);
        }
        // Quotes within a value are not escaped: only the first and the last one are certain.
        return $"{Plain(parts[0])}\"{Mask}\"{(parts.Length > 2 ? Plain(parts[^1]) : "")}";
    }

    /// <summary>
    /// In messages about values some say what was wrong behind a colon and without quotes: <c>operator does not exist: …</c>. What is wrong
    /// with a regular expression is of a fixed list.
    /// </summary>
    public static string WithoutTail(string message, string state)
    {
        var colon = message.IndexOf(": ", StringComparison.Ordinal);
        return colon < 0 || state[..2] is not ("22" or "42" or "0A") || state == "2201B" || message[colon + 2] == '"' ? message : $"{message[..colon]}: {Mask}";
    }

    /// <summary>Some values come without quotes: numbers, bytes in hex, and whatever stands between other marks.</summary>
    private static string Plain(string text)
    {
        if (text.AsSpan().ContainsAnyExceptInRange(' ', '~') || text.AsSpan().ContainsAny("'`"))
            return Mask;
        return Values().Replace(text, Mask);
    }

    [GeneratedRegex(@"0x[0-9a-fA-F]+|(?<![A-Za-z0-9_])[-+]?[0-9][0-9.,:eE+\-/]*")]
    private static partial Regex Values();
}
