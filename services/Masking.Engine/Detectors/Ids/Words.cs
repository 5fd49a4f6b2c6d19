using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors.Ids;

/// <summary>Whole words close before a number: <c>"bsn": 111222333</c>, <c>customer_bsn=…</c>, <c>customerBsn</c>, but not <c>business</c> for <c>sin</c>.</summary>
internal static class Words
{
    private const int Window = 40;

    public static byte[][] Of(string words) => [.. words.Split(' ').Select(System.Text.Encoding.ASCII.GetBytes)];

    public static bool Before(ReadOnlySpan<byte> text, int at, byte[][] words)
    {
        Span<byte> lower = stackalloc byte[Window];
        var before = text[Math.Max(0, at - Window)..at];
        for (var i = 0; i < before.Length; i++)
            lower[i] = Lower(before[i]);
        foreach (var word in words)
            if (Contains(before, lower[..before.Length], word))
                return true;
        return false;
    }

    private static bool Contains(ReadOnlySpan<byte> original, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> word)
    {
        for (var from = 0; lower[from..].IndexOf(word) is >= 0 and var hop; from += hop + 1)
        {
            var (start, end) = (from + hop, from + hop + word.Length);
            var begins = start == 0 || !IsLetter(lower[start - 1]) || IsUpper(original[start]) && !IsUpper(original[start - 1]) || IsEscapeLetter(original, start - 1);
            if (begins && (end == lower.Length || !IsLetter(lower[end]) || IsUpper(original[end]) && !IsUpper(original[end - 1])))
                return true;
        }
        return false;
    }
}
