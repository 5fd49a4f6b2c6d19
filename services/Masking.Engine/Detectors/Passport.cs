using Hoop.Masking.Engine.Detectors.Ids;
using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>
/// Passports and identity cards: the lines of a machine-readable zone (ICAO 9303: two of 44 or 36 characters, three of 30), recognised by their
/// check digits, or by the form of a name line; and a number right after the word.
/// </summary>
internal static class Passport
{
    private const int MaxLine = 44;
    private static readonly byte[][] Word = Words.Of("passport passeport reisepass pasaporte passaporto");

    /// <param name="filler">Where a <c>&lt;</c> is.</param>
    public static bool TryMatchZone(ReadOnlySpan<byte> text, int filler, int floor, out int start, out int end)
    {
        (start, end) = (filler, filler + 1);
        while (start > floor && filler - start < MaxLine && IsZone(text[start - 1])) start--;
        while (end < text.Length && end - start <= MaxLine && IsZone(text[end])) end++;
        return StartsWord(text, start) && EndsWord(text, end) && IsLine(text[start..end]);
    }

    /// <summary>Eight or nine capitals and digits, six digits of them at least, after the word.</summary>
    public static bool TryMatchNumber(ReadOnlySpan<byte> text, int at, int floor, out int start, out int end)
    {
        (start, end) = (at, at);
        while (start > floor && at - start < 3 && IsUpper(text[start - 1])) start--;
        var digits = 0;
        for (; end < text.Length && end - start <= 9 && (IsDigit(text[end]) || IsUpper(text[end])); end++)
            if (IsDigit(text[end])) digits++;
        return end - start is 8 or 9 && digits >= 6 && StartsWord(text, start) && EndsWord(text, end) && Words.Before(text, start, Word);
    }

    private static bool IsZone(byte b) => IsUpper(b) || IsDigit(b) || b == (byte)'<';

    private static bool IsLine(ReadOnlySpan<byte> line) => line.Length switch
    {
        44 or 36 => IsName(line) || Checks(line, 0, 9) && Checks(line, 13, 6) && Checks(line, 21, 6),
        30 => IsCardLine(line) || Checks(line, 0, 6) && Checks(line, 8, 6) && line[7] is (byte)'M' or (byte)'F' or (byte)'X' or (byte)'<' || IsCardName(line),
        _ => false,
    };

    /// <summary><c>P&lt;UTOERIKSSON&lt;&lt;ANNA&lt;MARIA&lt;&lt;…</c>.</summary>
    private static bool IsName(ReadOnlySpan<byte> line) =>
        line[0] is (byte)'P' or (byte)'V' or (byte)'I' or (byte)'A' or (byte)'C' && IsUpper(line[2]) && IsUpper(line[5]) && HasNames(line[5..]);

    private static bool IsCardLine(ReadOnlySpan<byte> line) => line[0] is (byte)'I' or (byte)'A' or (byte)'C' && IsUpper(line[2]) && Checks(line, 5, 9);

    private static bool IsCardName(ReadOnlySpan<byte> line) => IsUpper(line[0]) && HasNames(line);

    private static bool HasNames(ReadOnlySpan<byte> names) =>
        names.IndexOf("<<"u8) > 0 && names[^1] == (byte)'<' && !names.ContainsAnyInRange((byte)'0', (byte)'9') && IsUpper(names[names.IndexOf("<<"u8) + 2]);

    /// <summary>Weights 7, 3, 1; letters are 10 to 35, the filler 0; the check digit follows the field.</summary>
    private static bool Checks(ReadOnlySpan<byte> line, int from, int length)
    {
        ReadOnlySpan<byte> weights = [7, 3, 1];
        var sum = 0;
        for (var i = 0; i < length; i++)
        {
            var c = line[from + i];
            sum += weights[i % 3] * (IsDigit(c) ? c - '0' : IsUpper(c) ? c - 'A' + 10 : 0);
        }
        return sum > 0 && line[from + length] - '0' == sum % 10;
    }
}
