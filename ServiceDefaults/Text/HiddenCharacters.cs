using System.Globalization;
using System.Text;

namespace Hoop.ServiceDefaults.Text;

/// <summary>
/// Characters of a text from elsewhere that are not seen, or change how the rest is seen: direction marks, zero width, control characters, look-alikes of a blank,
/// halves of characters, a carriage return without its line feed, letters of another script within a word of Latin ones, and so many blanks or empty lines that what
/// follows them is out of sight. Pages and reports show them by number.
/// </summary>
public static class HiddenCharacters
{
    private const int ManyBlanks = 200, ManyLines = 20;

    /// <summary>As <c>U+202E</c>, or <c>400 empty lines</c>.</summary>
    public static string Name(string character) => character.Length >= ManyLines
        ? character.Count(static c => c == '\n') is var lines && lines >= ManyLines ? $"{lines - 1} empty lines" : $"{character.Length} blanks"
        : $"U+{(Rune.TryGetRuneAt(character, 0, out var rune) ? rune.Value : character[0]):X4}";

    /// <summary>The text in order; what is hidden stands alone, by its number.</summary>
    public static List<(string Text, bool Hidden)> Split(string text) =>
        [.. Pieces(text, 0, text.Length).Select(static piece => piece.Hidden ? (Name(piece.Text), true) : piece)];

    /// <summary>A part of the text in order; what is hidden stands alone, as it is.</summary>
    public static IEnumerable<(string Text, bool Hidden)> Pieces(string text, int from, int to)
    {
        var seen = from;
        var (wordEnds, mixed) = (from, false);
        for (var at = from; at < to;)
        {
            var known = Rune.TryGetRuneAt(text, at, out var rune);
            var length = known ? rune.Utf16SequenceLength : 1;
            if (at >= wordEnds && known && Rune.IsLetter(rune)) (wordEnds, mixed) = Word(text, at, to);
            var gap = IsBlank(text[at]) ? Gap(text, at, to) : 0;
            if (gap > 0) length = gap;
            if (!known || gap > 0 && Hides(text.AsSpan(at, gap)) || IsHidden(rune) || gap == 0 && IsLoneReturn(text, at) || mixed && at < wordEnds && LooksLatin(rune))
            {
                if (at > seen) yield return (text[seen..at], false);
                yield return (text.Substring(at, length), true);
                seen = at + length;
            }

            at += length;
        }

        if (to > seen) yield return (text[seen..to], false);
    }

    // Where its letters end, and whether those of ASCII stand beside others.
    private static (int End, bool Mixed) Word(string text, int at, int to)
    {
        var latin = false;
        while (at < to && Rune.TryGetRuneAt(text, at, out var rune) && Rune.IsLetter(rune))
        {
            latin |= rune.IsAscii;
            at += rune.Utf16SequenceLength;
        }

        return (at, latin);
    }

    // Greek, Cyrillic and their like, phonetic, letter-like, mathematical and wide letters: some of each are drawn as those of ASCII are.
    private static bool LooksLatin(Rune rune) => rune.Value is >= 0x0250 and <= 0x02AF or >= 0x0370 and <= 0x058F or >= 0x13A0 and <= 0x13FF or >= 0x1C80 and <= 0x1CBF or >= 0x2100 and <= 0x214F
        or >= 0x2C60 and <= 0x2CFF or >= 0xA4D0 and <= 0xA4FF or >= 0xA640 and <= 0xA69F or >= 0xAB30 and <= 0xAB6F or >= 0xFF21 and <= 0xFF5A or >= 0x1D400 and <= 0x1D7FF;

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r';

    // As many as stand together; a carriage return alone is looked at by itself.
    private static int Gap(string text, int at, int to)
    {
        var end = at;
        while (end < to && IsBlank(text[end]) && !IsLoneReturn(text, end)) end++;
        return end - at;
    }

    private static bool Hides(ReadOnlySpan<char> gap) => gap.Length >= ManyBlanks || gap.Length >= ManyLines && gap.Count('\n') >= ManyLines;

    // To PostgreSQL the end of a line, and so of a comment; to browsers a blank.
    private static bool IsLoneReturn(string text, int at) => text[at] == '\r' && !(at + 1 < text.Length && text[at + 1] == '\n');

    private static bool IsHidden(Rune rune) => rune.Value is not ('\n' or '\t' or '\r' or ' ') &&
        (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 or 0x034F);
}
