using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>
/// US social security numbers and ITINs: <c>ddd-dd-dddd</c> with an area, group and serial that are given out. Written with
/// spaces or in one run they look like anything else and count only close after the word itself.
/// </summary>
internal static class SocialSecurity
{
    private static readonly byte[][] Words = ["ssn"u8.ToArray(), "social"u8.ToArray(), "itin"u8.ToArray()];

    public static bool TryMatch(ReadOnlySpan<byte> text, int at, int run, out int end)
    {
        end = at;
        if (!StartsWord(text, at) || ContinuesLeft(text, at))
            return false;
        switch (run)
        {
            case 3 when at + 11 <= text.Length && text[at + 3] is (byte)'-' or (byte)' ' && text[at + 6] == text[at + 3]
                && DigitRun(text, at + 4) == 2 && DigitRun(text, at + 7) == 4:
                end = at + 11;
                return IsGiven(Number(text.Slice(at, 3)), Number(text.Slice(at + 4, 2)), Number(text.Slice(at + 7, 4)))
                    && Ends(text, end) && (text[at + 3] == (byte)'-' || HasContext(text, at, Words));
            case 9:
                end = at + 9;
                return IsGiven(Number(text.Slice(at, 3)), Number(text.Slice(at + 3, 2)), Number(text.Slice(at + 5, 4)))
                    && Ends(text, end) && HasContext(text, at, Words);
            default:
                return false;
        }
    }

    private static bool Ends(ReadOnlySpan<byte> text, int end) => EndsWord(text, end) && !ContinuesRight(text, end);

    private static bool IsGiven(int area, int group, int serial) =>
        area is not (0 or 666) && group != 0 && serial != 0 && (area < 900 || IsTaxpayer(group));

    /// <summary>Areas from 900 are taxpayer numbers (ITIN), which use these groups only.</summary>
    private static bool IsTaxpayer(int group) => group is >= 50 and <= 65 or >= 70 and <= 88 or >= 90 and <= 92 or >= 94 and <= 99;
}
