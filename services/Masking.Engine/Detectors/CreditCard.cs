using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>
/// Payment card numbers: a brand's prefix and length, a right Luhn digit, written in one run or in the groups that are
/// printed on cards (4-4-4-4, 4-4-4-4-3, 4-6-5, 4-6-4) with one space, dash or dot between them.
/// </summary>
internal static class CreditCard
{
    private const int MinDigits = 14;
    private const int MaxDigits = 19;

    /// <param name="run">Length of the digit run at <paramref name="at"/>.</param>
    public static bool TryMatch(ReadOnlySpan<byte> text, int at, int run, out int end)
    {
        end = at + run;
        if (!StartsWord(text, at) || at > 1 && text[at - 1] == (byte)'.' && IsDigit(text[at - 2]))
            return false;
        if (run == 4)
            return TryGroups(text, at, out end);
        return run is >= MinDigits and <= MaxDigits && EndsWord(text, end) && !IsDecimal(text, end) && IsCard(text[at..end]);
    }

    private static bool TryGroups(ReadOnlySpan<byte> text, int at, out int end)
    {
        Span<byte> digits = stackalloc byte[MaxDigits];
        end = at + 4;
        if (end >= text.Length || text[end] is not ((byte)' ' or (byte)'-' or (byte)'.'))
            return false;
        var separator = text[end];
        text[at..end].CopyTo(digits);
        var (count, best) = (4, 0);
        while (end + 1 < text.Length && text[end] == separator)
        {
            var size = DigitRun(text, end + 1);
            if (size is 0 or > 6 || count + size > MaxDigits || !EndsWord(text, end + 1 + size))
                break;
            text.Slice(end + 1, size).CopyTo(digits[count..]);
            (count, end) = (count + size, end + 1 + size);
            if (count >= MinDigits && IsCard(digits[..count]))
                best = end;
            // Only the last group may be of another length than four, but for the six in the middle of 4-6-5.
            if (size != 4 && !(size == 6 && count == 10))
                break;
        }
        end = best;
        return best > 0;
    }

    private static bool IsDecimal(ReadOnlySpan<byte> text, int end) =>
        end + 1 < text.Length && text[end] == (byte)'.' && IsDigit(text[end + 1]);

    private static bool IsCard(ReadOnlySpan<byte> digits) => IsIssued(Number(digits[..4]), digits.Length) && Ids.CheckDigits.Luhn(digits);

    /// <summary>Visa, Mastercard, American Express, Diners, JCB, Discover, UnionPay and the long Maestro ranges. The 13-digit Visa numbers of old look like EAN codes and are left out.</summary>
    private static bool IsIssued(int first, int length) => first switch
    {
        >= 4000 and <= 4999 => length is 16 or 19,
        >= 5100 and <= 5599 or >= 2221 and <= 2720 => length == 16,
        >= 3400 and <= 3499 or >= 3700 and <= 3799 => length == 15,
        >= 3000 and <= 3059 or 3095 or >= 3600 and <= 3699 or >= 3800 and <= 3999 => length is 14 or 16,
        >= 3528 and <= 3589 or 6011 or >= 6440 and <= 6599 or >= 6200 and <= 6299 or >= 8100 and <= 8171 => length is >= 16,
        5018 or 5020 or 5038 or 5893 or 6304 or 6759 or 6761 or 6762 or 6763 => length is >= 16,
        _ => false,
    };
}
