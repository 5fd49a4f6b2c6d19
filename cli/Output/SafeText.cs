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
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c == '\n' && keepLines) clean.Append(c);
            else if (char.IsWhiteSpace(c)) clean.Append(' ');
            else if (char.IsControl(c) || IsInvisible(c)) clean.Append('·');
            else clean.Append(c);
        }
        return clean.ToString();
    }

    /// <summary>Direction marks and zero-width characters: they make a statement look like another one.</summary>
    private static bool IsInvisible(char c) => c is (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u206f') or '\ufeff';
}
