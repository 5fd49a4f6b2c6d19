using System.Globalization;
using System.Text;

namespace Hoop.ServiceDefaults.Text;

/// <summary>
/// Characters of a text from elsewhere that are not seen, or change how the rest is seen: direction marks, zero width, control characters, look-alikes of a blank,
/// halves of characters, a carriage return without its line feed. Pages and reports show them by number.
/// </summary>
public static class HiddenCharacters
{
    /// <summary>As <c>U+202E</c>.</summary>
    public static string Name(string character) => $"U+{(Rune.TryGetRuneAt(character, 0, out var rune) ? rune.Value : character[0]):X4}";

    /// <summary>The text in order; what is hidden stands alone, by its number.</summary>
    public static List<(string Text, bool Hidden)> Split(string text) =>
        [.. Pieces(text, 0, text.Length).Select(static piece => piece.Hidden ? (Name(piece.Text), true) : piece)];

    /// <summary>A part of the text in order; what is hidden stands alone, as it is.</summary>
    public static IEnumerable<(string Text, bool Hidden)> Pieces(string text, int from, int to)
    {
        var seen = from;
        for (var at = from; at < to;)
        {
            var known = Rune.TryGetRuneAt(text, at, out var rune);
            var length = known ? rune.Utf16SequenceLength : 1;
            if (!known || IsHidden(rune) || IsLoneReturn(text, at))
            {
                if (at > seen) yield return (text[seen..at], false);
                yield return (text.Substring(at, length), true);
                seen = at + length;
            }

            at += length;
        }

        if (to > seen) yield return (text[seen..to], false);
    }

    // To PostgreSQL the end of a line, and so of a comment; to browsers a blank.
    private static bool IsLoneReturn(string text, int at) => text[at] == '\r' && !(at + 1 < text.Length && text[at + 1] == '\n');

    private static bool IsHidden(Rune rune) => rune.Value is not ('\n' or '\t' or '\r' or ' ') &&
        (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 or 0x034F);
}
