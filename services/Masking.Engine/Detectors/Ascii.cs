namespace Hoop.Masking.Engine.Detectors;

/// <summary>Byte classes and what stands at the edges of a candidate.</summary>
internal static class Ascii
{
    public static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    public static bool IsUpper(byte b) => (uint)(b - 'A') <= 'Z' - 'A';

    public static bool IsLetter(byte b) => (uint)((b | 0x20) - 'a') <= 'z' - 'a';

    public static bool IsAlphanumeric(byte b) => IsDigit(b) || IsLetter(b);

    public static byte Lower(byte b) => IsUpper(b) ? (byte)(b | 0x20) : b;

    /// <summary>Letters, digits, <c>_</c> and <c>-</c>: base64url.</summary>
    public static bool IsToken(byte b) => IsAlphanumeric(b) || b is (byte)'_' or (byte)'-';

    /// <summary>True when no letter or digit touches <paramref name="at"/> from the left. The letter of an escape (<c>\n</c> in JSON) touches nothing.</summary>
    public static bool StartsWord(ReadOnlySpan<byte> text, int at) =>
        at == 0 || !IsAlphanumeric(text[at - 1]) || IsEscapeLetter(text, at - 1);

    /// <summary>True when no letter or digit touches <paramref name="at"/> from the right.</summary>
    public static bool EndsWord(ReadOnlySpan<byte> text, int at) => at >= text.Length || !IsAlphanumeric(text[at]);

    /// <summary>True for the second half of <c>\n \t \r \b \f</c>.</summary>
    public static bool IsEscapeLetter(ReadOnlySpan<byte> text, int at) =>
        at > 0 && text[at - 1] == (byte)'\\' && text[at] is (byte)'n' or (byte)'t' or (byte)'r' or (byte)'b' or (byte)'f';

    /// <summary>True when the number at <paramref name="start"/> goes on to the left as a decimal, a version or a dashed number.</summary>
    public static bool ContinuesLeft(ReadOnlySpan<byte> text, int start) =>
        start > 1 && text[start - 1] is (byte)'.' or (byte)'-' && IsAlphanumeric(text[start - 2]);

    /// <summary>True when the number that ends at <paramref name="end"/> goes on to the right.</summary>
    public static bool ContinuesRight(ReadOnlySpan<byte> text, int end) =>
        end + 1 < text.Length && text[end] is (byte)'.' or (byte)'-' && IsAlphanumeric(text[end + 1]) && IsDigit(text[end + 1]);

    public static int DigitRun(ReadOnlySpan<byte> text, int at)
    {
        var end = at;
        while (end < text.Length && IsDigit(text[end]))
            end++;
        return end - at;
    }

    public static int Number(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
            value = value * 10 + digit - '0';
        return value;
    }

    /// <summary>True when one of the lower-case words stands close before <paramref name="at"/>.</summary>
    public static bool HasContext(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte[]> words)
    {
        const int window = 32;
        Span<byte> lower = stackalloc byte[window];
        var before = text[Math.Max(0, at - window)..at];
        for (var i = 0; i < before.Length; i++)
            lower[i] = Lower(before[i]);
        foreach (var word in words)
            if (lower[..before.Length].IndexOf(word) >= 0)
                return true;
        return false;
    }
}
