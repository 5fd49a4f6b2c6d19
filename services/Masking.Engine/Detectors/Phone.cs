using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>
/// Phone numbers: international with <c>+</c> (E.164, with or without separators), and North American ones written with
/// separators. A bare run of digits is never taken for one.
/// </summary>
internal static class Phone
{
    private const int MinDigits = 8;
    private const int MaxDigits = 15;
    private const int MaxLength = 32;
    private static readonly byte[][] Words = ["phone"u8.ToArray(), "tel"u8.ToArray(), "mobile"u8.ToArray(), "cell"u8.ToArray(), "call"u8.ToArray(), "fax"u8.ToArray()];

    /// <param name="plus">Where the <c>+</c> is.</param>
    public static bool TryInternational(ReadOnlySpan<byte> text, int plus, out int end)
    {
        end = plus;
        if (!StartsWord(text, plus) || plus + 1 >= text.Length || text[plus + 1] is < (byte)'1' or > (byte)'9')
            return false;
        var (digits, dots, at) = (0, 0, plus + 1);
        for (; at < text.Length && at - plus < MaxLength; at++)
        {
            if (IsDigit(text[at]))
                (digits, end) = (digits + 1, at + 1);
            else if (text[at] == (byte)'.')
                dots++;
            else if (text[at] is not ((byte)' ' or (byte)'-' or (byte)'(' or (byte)')') || IsSeparator(text[at - 1]) && text[at] is (byte)' ' or (byte)'-' && text[at - 1] != (byte)')')
                break;
            if (digits > MaxDigits)
                return false;
        }
        return digits >= MinDigits && dots != 1 && EndsWord(text, end);
    }

    /// <summary><c>(ddd) ddd-dddd</c>, <c>ddd-ddd-dddd</c>, <c>ddd.ddd.dddd</c>, each with an optional <c>1</c> before it; with spaces alone only close after a word like <c>phone</c>.</summary>
    public static bool TryNorthAmerican(ReadOnlySpan<byte> text, int at, int run, int floor, out int start, out int end)
    {
        (start, end) = (at, at);
        var area = at;
        if (run == 1 && text[at] == (byte)'1')
        {
            area = at + 1;
            if (area < text.Length && IsSeparator(text[area]))
                area++;
            if (area < text.Length && text[area] == (byte)'(')
                area++;
        }
        if (area + 12 > text.Length || DigitRun(text, area) != 3 || text[area] is (byte)'0' or (byte)'1')
            return false;
        var open = area > floor && text[area - 1] == (byte)'(';
        if (open && area == at)
            start = at - 1;
        if (!StartsWord(text, start) || ContinuesLeft(text, start))
            return false;
        var exchange = area + 3;
        if (open && text[exchange++] != (byte)')')
            return false;
        if (IsSeparator(text[exchange]))
            exchange++;
        else if (!open)
            return false;
        return TryLocal(text, exchange, out var spaced, out end)
            && (open || !(spaced && text[exchange - 1] == (byte)' ') || HasContext(text, start, Words));
    }

    /// <summary>The seven digits after the area: <c>[2-9]dd-dddd</c>.</summary>
    private static bool TryLocal(ReadOnlySpan<byte> text, int at, out bool spaced, out int end)
    {
        (spaced, end) = (false, at + 8);
        if (end > text.Length || DigitRun(text, at) != 3 || text[at] is (byte)'0' or (byte)'1' || !IsSeparator(text[at + 3]))
            return false;
        spaced = text[at + 3] == (byte)' ';
        return DigitRun(text, at + 4) == 4 && EndsWord(text, end) && !ContinuesRight(text, end);
    }

    private static bool IsSeparator(byte b) => b is (byte)' ' or (byte)'-' or (byte)'.';
}
