using System.Text;

namespace Hoop.Approval.Portal.Statements;

/// <summary>Tells what is seen of a text from what is not: see <see cref="SqlLexer.IsHidden"/>.</summary>
internal static class HiddenCharacters
{
    /// <summary>In order; what is hidden stands alone, by its number.</summary>
    public static List<(string Text, bool Hidden)> Split(string text)
    {
        var parts = new List<(string, bool)>();
        var (seen, at) = (0, 0);
        while (at < text.Length)
        {
            var known = Rune.TryGetRuneAt(text, at, out var rune);
            var length = known ? rune.Utf16SequenceLength : 1;
            if (!known || SqlLexer.IsHidden(rune))
            {
                if (at > seen) parts.Add((text[seen..at], false));
                parts.Add((RiskMarks.HiddenName(text.Substring(at, length)), true));
                seen = at + length;
            }
            at += length;
        }
        if (at > seen) parts.Add((text[seen..at], false));
        return parts;
    }
}
