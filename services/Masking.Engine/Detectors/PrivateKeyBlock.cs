using System.Buffers;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>A PEM private key (RFC 7468), cut-off ones included: without its last line it still is the key.</summary>
internal static class PrivateKeyBlock
{
    private const int MaxLabel = 48;

    // Anything else (a quote above all) belongs to what is around the block.
    private static readonly SearchValues<byte> Body =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-:,._() \r\n\t\\"u8);

    public static bool TryMatch(ReadOnlySpan<byte> text, int at, out int end)
    {
        end = at;
        if (!text[at..].StartsWith("-----BEGIN "u8))
            return false;
        var label = text.Slice(at + 11, Math.Min(MaxLabel, text.Length - at - 11));
        var close = label.IndexOf("-----"u8);
        if (close < 0 || label[..close].IndexOf("PRIVATE KEY"u8) < 0)
            return false;
        var from = at + 11 + close + 5;
        var stop = text[from..].IndexOfAnyExcept(Body);
        end = stop < 0 ? text.Length : from + stop;
        var footer = text[from..end].IndexOf("-----END "u8);
        if (footer >= 0)
        {
            var tail = text[(from + footer + 9)..end];
            var done = tail.IndexOf("-----"u8);
            end = done < 0 ? end : from + footer + 9 + done + 5;
        }
        // A backslash at the very end would be half of an escape.
        while (end > from && text[end - 1] == (byte)'\\')
            end--;
        return true;
    }
}
