using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>Keys that say what they are: AWS, Google, GitHub, GitLab, npm, Slack, Stripe and model-provider keys by prefix, JWTs, PEM private keys.</summary>
internal static class SecretToken
{
    private const int MinJwtPart = 10;

    /// <param name="at">Where one of the anchors <c>K S z J _ -</c> is.</param>
    public static bool TryMatch(ReadOnlySpan<byte> text, int at, int floor, out int start, out int end)
    {
        (start, end) = (at, at);
        switch (text[at])
        {
            case (byte)'K':
                return TryPrefix(text, at - 1, floor, "AKIA"u8, 16, upperOnly: true, out start, out end);
            case (byte)'S':
                return TryPrefix(text, at - 1, floor, "ASIA"u8, 16, upperOnly: true, out start, out end);
            case (byte)'z':
                return TryPrefix(text, at - 2, floor, "AIza"u8, 35, upperOnly: false, out start, out end);
            case (byte)'J':
                return TryJwt(text, at - 2, floor, out start, out end);
            case (byte)'_':
                return TryUnderscore(text, at, floor, out start, out end);
            default:
                return PrivateKeyBlock.TryMatch(text, start = at, out end) || TryDash(text, at, floor, out start, out end);
        }
    }

    private static bool TryUnderscore(ReadOnlySpan<byte> text, int at, int floor, out int start, out int end)
    {
        (start, end) = (at, at);
        if (at < 2)
            return false;
        return text[at - 1] switch
        {
            (byte)'p' => TryPrefix(text, at - 3, floor, "ghp_"u8, 36, false, out start, out end),
            (byte)'o' => TryPrefix(text, at - 3, floor, "gho_"u8, 36, false, out start, out end),
            (byte)'u' => TryPrefix(text, at - 3, floor, "ghu_"u8, 36, false, out start, out end),
            (byte)'s' => TryPrefix(text, at - 3, floor, "ghs_"u8, 36, false, out start, out end),
            (byte)'r' => TryPrefix(text, at - 3, floor, "ghr_"u8, 36, false, out start, out end),
            (byte)'m' => TryPrefix(text, at - 3, floor, "npm_"u8, 36, false, out start, out end),
            (byte)'c' => TryPrefix(text, at - 5, floor, "whsec_"u8, 24, false, out start, out end),
            (byte)'b' => TryPrefix(text, at - 6, floor, "github_pat_"u8, 22, false, out start, out end),
            (byte)'k' => TryPrefix(text, at - 2, floor, "sk_live_"u8, 10, false, out start, out end)
                || TryPrefix(text, at - 2, floor, "rk_live_"u8, 10, false, out start, out end),
            _ => false,
        };
    }

    private static bool TryDash(ReadOnlySpan<byte> text, int at, int floor, out int start, out int end)
    {
        (start, end) = (at, at);
        if (at < 2)
            return false;
        if (at >= 4 && text[at - 2] == (byte)'x' && text[at - 3] == (byte)'o')
            return text[at - 1] is (byte)'a' or (byte)'b' or (byte)'e' or (byte)'o' or (byte)'p' or (byte)'r' or (byte)'s'
                && TryPrefix(text, at - 4, floor, text.Slice(at - 4, 5), 10, false, out start, out end) && text[start] == (byte)'x';
        return text[at - 1] switch
        {
            (byte)'k' => TryPrefix(text, at - 2, floor, "sk-"u8, 32, false, out start, out end),
            (byte)'p' => TryPrefix(text, at - 4, floor, "xapp-"u8, 10, false, out start, out end),
            (byte)'X' => TryPrefix(text, at - 6, floor, "GOCSPX-"u8, 20, false, out start, out end),
            (byte)'t' => TryPrefix(text, at - 5, floor, "glpat-"u8, 20, false, out start, out end),
            _ => false,
        };
    }

    private static bool TryPrefix(
        ReadOnlySpan<byte> text, int from, int floor, ReadOnlySpan<byte> prefix, int minTail, bool upperOnly, out int start, out int end)
    {
        (start, end) = (from, from);
        if (from < floor || !text[from..].StartsWith(prefix) || !StartsToken(text, from))
            return false;
        end = from + prefix.Length;
        var tail = end;
        while (end < text.Length && (upperOnly ? IsUpper(text[end]) || IsDigit(text[end]) : IsToken(text[end])))
            end++;
        return end - tail >= minTail && (!upperOnly || end - tail == minTail && EndsWord(text, end));
    }

    /// <summary><c>eyJ….….…</c>; an encrypted one has five parts.</summary>
    private static bool TryJwt(ReadOnlySpan<byte> text, int from, int floor, out int start, out int end)
    {
        (start, end) = (from, from);
        if (from < floor || !text[from..].StartsWith("eyJ"u8) || !StartsToken(text, from))
            return false;
        for (var part = 0; part < 5; part++)
        {
            var partEnd = end;
            while (partEnd < text.Length && IsToken(text[partEnd]))
                partEnd++;
            if (part == 0 && partEnd - end < MinJwtPart)
                return false;
            end = partEnd;
            if (end >= text.Length || text[end] != (byte)'.')
                return part >= 2 || part == 1 && end - start > 40;
            if (part < 4)
                end++;
        }
        return true;
    }

    private static bool StartsToken(ReadOnlySpan<byte> text, int at) =>
        StartsWord(text, at) && (at == 0 || text[at - 1] is not ((byte)'_' or (byte)'-'));
}
