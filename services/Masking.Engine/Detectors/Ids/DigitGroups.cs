using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors.Ids;

/// <summary>Digits written in groups, as they stand on a card or a form.</summary>
internal static class DigitGroups
{
    /// <param name="layout">Sizes of the groups and what stands between them; <c>_</c> is a space or a dash: <c>3.3.3-2</c>.</param>
    /// <param name="digits">Gets the digits; as long as the layout asks for.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> layout, Span<byte> digits, out int end)
    {
        var count = 0;
        end = at;
        foreach (var step in layout)
        {
            if (!IsDigit(step))
            {
                if (end >= text.Length || (step == (byte)'_' ? text[end] is not ((byte)' ' or (byte)'-') : text[end] != step))
                    return false;
                end++;
                continue;
            }
            var size = step - '0';
            if (DigitRun(text, end) != size)
                return false;
            text.Slice(end, size).CopyTo(digits[count..]);
            (count, end) = (count + size, end + size);
        }
        return EndsWord(text, end) && !ContinuesRight(text, end);
    }
}
