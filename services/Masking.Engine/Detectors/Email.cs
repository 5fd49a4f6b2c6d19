using System.Buffers;
using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>E-mail addresses, international ones included. The domain must have a dot and end in letters.</summary>
internal static class Email
{
    private const int MaxLocal = 256;
    private const int MaxDomain = 253;
    private static readonly SearchValues<byte> LocalSymbols = SearchValues.Create("._%+-'!#$&*/=?^`|~"u8);

    /// <param name="sign">Where the <c>@</c> is.</param>
    public static bool TryMatch(ReadOnlySpan<byte> text, int sign, int floor, out int start, out int end)
    {
        start = LocalStart(text, sign, Math.Max(floor, sign - MaxLocal));
        end = sign;
        return start < sign && sign - start < MaxLocal && TryDomain(text, sign + 1, out end);
    }

    private static int LocalStart(ReadOnlySpan<byte> text, int sign, int floor)
    {
        var start = sign;
        while (start > floor && IsLocal(text[start - 1]) && !IsEscapeLetter(text, start - 1))
            start--;
        // Quotes and list marks around an address are not part of it.
        while (start < sign && !IsAlphanumeric(text[start]) && text[start] < 0x80)
            start++;
        // Never cut an escape such as \u0061 in half: the text must stay readable as JSON.
        return start < sign && EndsWithinEscape(text[floor..start]) ? start - 1 : start;
    }

    /// <summary>True when the last backslash is not itself escaped.</summary>
    private static bool EndsWithinEscape(ReadOnlySpan<byte> text) => ((text.Length - text.TrimEnd((byte)'\\').Length) & 1) == 1;

    private static bool IsLocal(byte b) => IsAlphanumeric(b) || b >= 0x80 || LocalSymbols.Contains(b);

    private static bool TryDomain(ReadOnlySpan<byte> text, int from, out int end)
    {
        var limit = Math.Min(text.Length, from + MaxDomain);
        end = from;
        while (end < limit && IsDomain(text[end]) && !(text[end] == (byte)'.' && (end == from || text[end - 1] == (byte)'.')))
            end++;
        var domain = text[from..end];
        if (IsImageScale(domain))
            return false;
        // What follows the address may look like more of it (a full stop, ".2024"): the last label that can be a top level ends it.
        for (var dot = domain.LastIndexOf((byte)'.'); dot > 0; dot = domain.LastIndexOf((byte)'.'))
        {
            var length = TopLevelLength(domain[(dot + 1)..]);
            if (length > 0)
            {
                end = from + dot + 1 + length;
                return true;
            }
            domain = domain[..dot];
        }
        return false;
    }

    private static bool IsDomain(byte b) => IsAlphanumeric(b) || b >= 0x80 || b is (byte)'-' or (byte)'.';

    private static int TopLevelLength(ReadOnlySpan<byte> label)
    {
        if (label.StartsWith("xn--"u8))
            return label.Length;
        var letters = 0;
        while (letters < label.Length && (IsLetter(label[letters]) || label[letters] >= 0x80))
            letters++;
        return letters >= 2 && (letters == label.Length || label[letters] == (byte)'-') ? letters : 0;
    }

    /// <summary><c>logo@2x.png</c> is a file.</summary>
    private static bool IsImageScale(ReadOnlySpan<byte> domain) =>
        domain.Length > 3 && IsDigit(domain[0]) && domain[1] == (byte)'x' && domain[2] == (byte)'.';
}
