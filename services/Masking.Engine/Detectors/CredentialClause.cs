using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>
/// A secret that a string says behind its name, without a sign between: <c>PASSWORD 'x'</c>, <c>password $$x$$</c>, <c>PASSWORD E'x'</c>, <c>IDENTIFIED BY 'x'</c>;
/// within another string, too, where quotes are doubled. The finding is the string's inside.
/// </summary>
internal static class CredentialClause
{
    private const int MaxSpace = 16;
    private const int MaxTag = 64;

    /// <param name="at">Where a <c>'</c> or <c>$</c> is.</param>
    public static bool TryMatch(ReadOnlySpan<byte> text, int at, out int start, out int end)
    {
        (start, end) = (at, at);
        var name = NameEnd(text, at, out var spaced);
        if (name == 0 || !IsNamed(text, name))
            return false;
        var found = text[at] == (byte)'$' ? TryDollar(text, at, out start, out end) : TryQuoted(text, at, out start, out end);
        if (!found || end <= start || text[start..end].IndexOfAnyExcept((byte)'*') < 0)
            return false;
        // An apostrophe is no quote: the password's length, it's.
        return spaced || text[start] > (byte)' ' && text[start..end].IndexOf((byte)' ') < 0 && end < text.Length && (end + 1 == text.Length || !IsAlphanumeric(text[end + 1]));
    }

    /// <summary>Where the word before the string ends; 0 when there is none.</summary>
    private static int NameEnd(ReadOnlySpan<byte> text, int at, out bool spaced)
    {
        var end = at;
        while (end > 0 && text[end - 1] == (byte)'\\')
            end--;
        if (end > 2 && text[end - 1] == (byte)'&' && Lower(text[end - 2]) == (byte)'u' && IsSpace(text, end - 3))
            end -= 2;
        else if (end > 1 && Lower(text[end - 1]) is (byte)'e' or (byte)'n' or (byte)'b' or (byte)'x' && IsSpace(text, end - 2))
            end--;
        var from = end;
        while (end > 0 && from - end < MaxSpace && IsSpace(text, end - 1))
            end--;
        spaced = end < from;
        return end;
    }

    private static bool IsSpace(ReadOnlySpan<byte> text, int at) =>
        text[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' || text[at] is (byte)'n' or (byte)'t' or (byte)'r' && IsEscapeLetter(text, at);

    private static bool IsNamed(ReadOnlySpan<byte> text, int end)
    {
        // The second half of an escaped line's end is no letter of the name.
        while (end > 1 && text[end - 1] == (byte)'\\')
            end--;
        if (end > 2 && Lower(text[end - 1]) == (byte)'y' && Lower(text[end - 2]) == (byte)'b' && IsSpace(text, end - 3))
        {
            end -= 3;
            while (end > 0 && IsSpace(text, end - 1))
                end--;
            return end >= 10 && System.Text.Ascii.EqualsIgnoreCase(text[(end - 10)..end], "identified"u8);
        }
        return CredentialName.Before(text, end) is CredentialNameKind.Secret or CredentialNameKind.Pwd;
    }

    private static bool TryDollar(ReadOnlySpan<byte> text, int at, out int start, out int end)
    {
        (start, end) = (at + 1, at);
        while (start < text.Length && start - at < MaxTag && (IsAlphanumeric(text[start]) || text[start] == (byte)'_' || text[start] >= 0x80))
            start++;
        if (start >= text.Length || text[start] != (byte)'$' || IsDigit(text[at + 1]))
            return false;
        var tag = text[at..++start];
        var close = text[start..].IndexOf(tag);
        end = close < 0 ? text.Length : start + close;
        return true;
    }

    private static bool TryQuoted(ReadOnlySpan<byte> text, int at, out int start, out int end)
    {
        var escaped = at > 0 && text[at - 1] == (byte)'\\';
        var opening = Quotes(text, at);
        // In a string within a string each quote is written twice, and twice again within that.
        var depth = (opening & 1) == 1 || at + opening >= text.Length || text[at + opening] <= (byte)' ' ? 1 : opening;
        start = end = at + depth;
        while (end < text.Length)
        {
            if (text[end] == (byte)'\\' && !(escaped && end + 1 < text.Length && text[end + 1] == (byte)'\''))
                end += 2;
            else if (text[end] == (byte)'\\')
                return true;
            else if (text[end] != (byte)'\'')
                end++;
            else
            {
                var run = Quotes(text, end);
                end += run - run % (2 * depth);
                if (run % (2 * depth) != 0)
                    return true;
            }
        }
        end = text.Length;
        return true;
    }

    private static int Quotes(ReadOnlySpan<byte> text, int at)
    {
        var rest = text[at..].IndexOfAnyExcept((byte)'\'');
        return rest < 0 ? text.Length - at : rest;
    }
}
