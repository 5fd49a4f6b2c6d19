using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>International bank account numbers (ISO 13616): the country's length and remainder 1 modulo 97; in one run or in groups of four.</summary>
internal static class Iban
{
    private const int MaxLength = 33;

    /// <param name="at">Where the two check digits are.</param>
    public static bool TryMatch(ReadOnlySpan<byte> text, int at, int floor, out int start, out int end)
    {
        (start, end) = (at - 2, at);
        if (start < floor || at + 2 > text.Length || !IsUpper(text[at - 1]) || !IsUpper(text[at - 2]) || !IsDigit(text[at + 1]) || !StartsWord(text, start))
            return false;
        var length = LengthOf(text[start], text[start + 1]);
        if (length == 0)
            return false;
        Span<byte> account = stackalloc byte[MaxLength];
        return TryCollect(text, start, account[..length], out end) && EndsWord(text, end) && Remainder(account[..length]) == 1;
    }

    private static bool TryCollect(ReadOnlySpan<byte> text, int at, Span<byte> account, out int end)
    {
        end = at;
        var separator = (byte)0;
        for (var count = 0; count < account.Length; count++)
        {
            if (count > 0 && (count & 3) == 0 && end < text.Length && text[end] is (byte)' ' or (byte)'-')
            {
                if (count == 4)
                    separator = text[end];
                if (text[end] != separator)
                    return false;
                end++;
            }
            if (end >= text.Length || !IsDigit(text[end]) && !IsUpper(text[end]))
                return false;
            account[count] = text[end++];
        }
        return true;
    }

    private static int Remainder(ReadOnlySpan<byte> account)
    {
        var remainder = 0;
        for (var i = 0; i < account.Length; i++)
        {
            var c = account[(i + 4) % account.Length];
            remainder = (IsDigit(c) ? remainder * 10 + c - '0' : remainder * 100 + c - 'A' + 10) % 97;
        }
        return remainder;
    }

    /// <summary>The SWIFT registry's lengths; 0 for a country without IBANs.</summary>
    private static int LengthOf(byte first, byte second) => (char)first switch
    {
        'A' => (char)second switch { 'D' => 24, 'T' => 20, 'E' => 23, 'L' => 28, 'Z' => 28, _ => 0 },
        'B' => (char)second switch { 'A' => 20, 'E' => 16, 'G' => 22, 'H' => 22, 'I' => 27, 'R' => 29, 'Y' => 28, _ => 0 },
        'C' => (char)second switch { 'H' => 21, 'R' => 22, 'Y' => 28, 'Z' => 24, _ => 0 },
        'D' => (char)second switch { 'E' => 22, 'J' => 27, 'K' => 18, 'O' => 28, _ => 0 },
        'E' => (char)second switch { 'E' => 20, 'G' => 29, 'S' => 24, _ => 0 },
        'F' => (char)second switch { 'I' or 'K' or 'O' => 18, 'R' => 27, _ => 0 },
        'G' => (char)second switch { 'B' or 'E' => 22, 'I' => 23, 'L' => 18, 'R' => 27, 'T' => 28, _ => 0 },
        'H' => (char)second switch { 'N' or 'U' => 28, 'R' => 21, _ => 0 },
        'I' => (char)second switch { 'E' => 22, 'L' => 23, 'Q' => 23, 'S' => 26, 'T' => 27, _ => 0 },
        'J' => second == 'O' ? 30 : 0,
        'K' => (char)second switch { 'W' => 30, 'Z' => 20, _ => 0 },
        'L' => (char)second switch { 'B' => 28, 'C' => 32, 'I' => 21, 'T' => 20, 'U' => 20, 'V' => 21, 'Y' => 25, _ => 0 },
        'M' => (char)second switch { 'C' => 27, 'D' => 24, 'E' => 22, 'K' => 19, 'N' => 20, 'R' => 27, 'T' => 31, 'U' => 30, _ => 0 },
        'N' => (char)second switch { 'I' => 28, 'L' => 18, 'O' => 15, _ => 0 },
        'O' => second == 'M' ? 23 : 0,
        'P' => (char)second switch { 'K' => 24, 'L' => 28, 'S' => 29, 'T' => 25, _ => 0 },
        'Q' => second == 'A' ? 29 : 0,
        'R' => (char)second switch { 'O' => 24, 'S' => 22, 'U' => 33, _ => 0 },
        'S' => (char)second switch { 'A' => 24, 'C' => 31, 'D' => 18, 'E' => 24, 'I' => 19, 'K' => 24, 'M' => 27, 'O' => 23, 'T' => 25, 'V' => 28, _ => 0 },
        'T' => (char)second switch { 'L' => 23, 'N' => 24, 'R' => 26, _ => 0 },
        'U' => second == 'A' ? 29 : 0,
        'V' => (char)second switch { 'A' => 22, 'G' => 24, _ => 0 },
        'X' => second == 'K' ? 20 : 0,
        'Y' => second == 'E' ? 30 : 0,
        _ => 0,
    };
}
