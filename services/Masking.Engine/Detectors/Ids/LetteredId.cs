using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors.Ids;

/// <summary>National numbers with letters in them.</summary>
internal static class LetteredId
{
    private static readonly byte[][] Spanish = Words.Of("dni nif nie documento identidad identificacion");
    private static readonly byte[][] Insurance = Words.Of("nino insurance ni");

    private static ReadOnlySpan<byte> SpanishLetters => "TRWAGMYFPDXBNJZSQVHLCKE"u8;

    private static ReadOnlySpan<byte> OddValues => [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

    /// <param name="run">Length of the digit run at <paramref name="at"/>.</param>
    public static bool TryMatch(ReadOnlySpan<byte> text, int at, int run, int floor, out int start, out int end)
    {
        (start, end) = (at, at);
        return run switch
        {
            2 => TryCodiceFiscale(text, start = at - 6, floor, out end),
            6 => TryNationalInsurance(text, start = at - 2, floor, out end),
            7 => TryForeigner(text, start = at - 1, floor, out end),
            8 => TrySpanish(text, at, out end),
            _ => false,
        };
    }

    /// <summary>ES DNI: eight digits and the letter that their remainder modulo 23 gives. Order numbers look the same, so it counts after its name only.</summary>
    private static bool TrySpanish(ReadOnlySpan<byte> text, int at, out int end)
    {
        end = at + 8;
        if (end + 1 < text.Length && text[end] is (byte)'-' or (byte)' ')
            end++;
        return end < text.Length && StartsWord(text, at) && text[end++] == SpanishLetters[Number(text.Slice(at, 8)) % 23] && EndsWord(text, end) && Words.Before(text, at, Spanish);
    }

    /// <summary>ES NIE: X, Y or Z (0, 1, 2), seven digits, the letter.</summary>
    private static bool TryForeigner(ReadOnlySpan<byte> text, int start, int floor, out int end)
    {
        end = start + 9;
        return start >= floor && end <= text.Length && text[start] is >= (byte)'X' and <= (byte)'Z' && StartsWord(text, start) && EndsWord(text, end)
            && text[end - 1] == SpanishLetters[((text[start] - 'X') * 10_000_000 + Number(text.Slice(start + 1, 7))) % 23] && Words.Before(text, start, Spanish);
    }

    /// <summary>UK national insurance number: no check digit, so after its name only.</summary>
    private static bool TryNationalInsurance(ReadOnlySpan<byte> text, int start, int floor, out int end)
    {
        end = start + 9;
        return start >= floor && end <= text.Length && IsUpper(text[start]) && IsUpper(text[start + 1]) && text[end - 1] is >= (byte)'A' and <= (byte)'D'
            && !"DFIQUV"u8.Contains(text[start]) && !"DFIOQUV"u8.Contains(text[start + 1]) && StartsWord(text, start) && EndsWord(text, end) && Words.Before(text, start, Insurance);
    }

    /// <summary>IT codice fiscale: six letters, year, month letter, day, place, and a letter that checks the rest.</summary>
    private static bool TryCodiceFiscale(ReadOnlySpan<byte> text, int start, int floor, out int end)
    {
        end = start + 16;
        if (start < floor || end > text.Length || !StartsWord(text, start) || !EndsWord(text, end))
            return false;
        var code = text.Slice(start, 16);
        if (code[..6].ContainsAnyExceptInRange((byte)'A', (byte)'Z') || !"ABCDEHLMPRST"u8.Contains(code[8]) || !IsUpper(code[11]) || !IsUpper(code[15])
            || DigitRun(code, 9) != 2 || DigitRun(code, 12) != 3 || Number(code.Slice(9, 2)) is not (>= 1 and <= 31 or >= 41 and <= 71))
            return false;
        var sum = 0;
        for (var i = 0; i < 15; i++)
        {
            var value = IsDigit(code[i]) ? code[i] - '0' : code[i] - 'A';
            sum += (i & 1) == 0 ? OddValues[value] : value;
        }
        return sum % 26 == code[15] - 'A';
    }
}
