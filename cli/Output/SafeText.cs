using System.Globalization;
using System.Text;

namespace Hoop.Cli.Output;

/// <summary>Text from elsewhere, safe for a terminal: no control sequences, no invisible reordering.</summary>
internal static class SafeText
{
    /// <summary>On one line.</summary>
    public static string Line(string text) => Clean(text, keepLines: false);

    /// <summary>On one line of at most so many characters.</summary>
    public static string Line(string text, int most)
    {
        var line = Line(text);
        return line.Length <= most ? line : line[..(most - 1)] + "…";
    }

    public static string Lines(string text) => Clean(text, keepLines: true);

    private static string Clean(string text, bool keepLines)
    {
        // On one line, what follows a comment would look like a part of it.
        var lineEnd = keepLines ? "\n" : text.Contains("--", StringComparison.Ordinal) ? " ⏎ " : " ";
        var clean = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var known = Rune.TryGetRuneAt(text, at, out var rune);
            var length = known ? rune.Utf16SequenceLength : 1;
            if (text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n') length = 1;
            else if (text[at] is '\n' or '\r') clean.Append(lineEnd);
            else if (known && Rune.IsWhiteSpace(rune)) clean.Append(' ');
            else if (!known || IsInvisible(rune)) clean.Append('·');
            else clean.Append(text, at, length);
            at += length;
        }
        return clean.ToString();
    }

    /// <summary>Control characters, direction marks, zero-width characters and look-alikes of a blank: they make a statement look like another one.</summary>
    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 or 0x034F;
}
