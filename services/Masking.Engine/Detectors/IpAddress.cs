using Hoop.Masking.Engine.Detectors.Ids;
using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>IP addresses of hosts, v4 and v6. Loopback and unspecified addresses are nobody's; a version of four parts has the word or a <c>v</c> before it.</summary>
internal static class IpAddress
{
    private const int MaxLength = 45;
    private static readonly byte[][] NotHosts = Words.Of("version ver release build v");

    /// <param name="run">Length of the digit run at <paramref name="at"/>.</param>
    public static bool TryMatch4(ReadOnlySpan<byte> text, int at, int run, out int end)
    {
        end = at;
        if (run > 3 || at + 7 > text.Length || at + run >= text.Length || text[at + run] != (byte)'.' || !StartsWord(text, at) || ContinuesLeft(text, at))
            return false;
        var first = Number(text.Slice(at, run));
        for (var part = 0; part < 4; part++)
        {
            if (part > 0 && (end >= text.Length || text[end++] != (byte)'.'))
                return false;
            var length = DigitRun(text, end);
            if (length is 0 or > 3 || length > 1 && text[end] == (byte)'0' || Number(text.Slice(end, length)) > 255)
                return false;
            end += length;
        }
        return first is not (0 or 127) && EndsWord(text, end) && !ContinuesRight(text, end) && !Words.Before(text, at, NotHosts);
    }

    /// <param name="colon">Where the first <c>:</c> is.</param>
    public static bool TryMatch6(ReadOnlySpan<byte> text, int colon, int floor, out int start, out int end)
    {
        (start, end) = (colon, colon);
        while (start > floor && colon - start < 4 && IsHex(text[start - 1])) start--;
        // Global, unique local, link-local and multicast addresses begin with four digits: times, hardware addresses and C++ names do not.
        if (colon - start != 4 || !StartsWord(text, start) || !IsScope(text.Slice(start, 2)))
            return false;
        while (end < text.Length && end - start <= MaxLength && (IsHex(text[end]) || text[end] is (byte)':' or (byte)'.')) end++;
        // A full stop or a colon after it belongs to the sentence.
        while (end > colon && text[end - 1] is (byte)'.' || end - start > 2 && text[end - 1] == (byte)':' && text[end - 2] != (byte)':') end--;
        return EndsWord(text, end) && System.Net.IPAddress.TryParse(text[start..end], out _);
    }

    private static bool IsScope(ReadOnlySpan<byte> first) =>
        first[0] is (byte)'2' or (byte)'3' || Lower(first[0]) == (byte)'f' && Lower(first[1]) is (byte)'c' or (byte)'d' or (byte)'e' or (byte)'f';

    private static bool IsHex(byte b) => char.IsAsciiHexDigit((char)b);
}
