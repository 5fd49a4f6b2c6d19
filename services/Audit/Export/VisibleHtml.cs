using System.Globalization;
using System.Net;
using System.Text;

namespace Hoop.Audit.Export;

/// <summary>Text from elsewhere as HTML. What is not seen or changes how the rest is seen (direction marks, zero width, control characters, look-alikes of a blank) stands there by its number, as in the portal.</summary>
internal static class VisibleHtml
{
    public static string Of(string text)
    {
        var (html, from) = (new StringBuilder(text.Length), 0);
        for (var i = 0; i < text.Length;)
        {
            var known = Rune.TryGetRuneAt(text, i, out var rune);
            var length = known ? rune.Utf16SequenceLength : 1;
            if (!known || IsHidden(rune))
            {
                html.Append(WebUtility.HtmlEncode(text[from..i])).Append(CultureInfo.InvariantCulture, $"<mark>U+{(known ? rune.Value : text[i]):X4}</mark>");
                from = i + length;
            }

            i += length;
        }

        return html.Append(WebUtility.HtmlEncode(text[from..])).ToString();
    }

    private static bool IsHidden(Rune rune) => rune.Value is not ('\n' or '\t' or '\r' or ' ') &&
        (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 or 0x034F);
}
