namespace Hoop.Masking.Engine.Detectors;

/// <summary>Follows whether a place in a JSON text is inside a string; asked in rising order, so a text is read once.</summary>
internal struct JsonStrings
{
    private int at;
    private bool inside;

    public bool Contains(ReadOnlySpan<byte> json, int place)
    {
        while (at < place)
        {
            var hop = json[at..place].IndexOfAny((byte)'"', (byte)'\\');
            if (hop < 0)
            {
                at = place;
                break;
            }
            at += hop;
            if (json[at] == (byte)'"')
                (inside, at) = (!inside, at + 1);
            else
                at += 2;
        }
        return inside;
    }

    /// <summary>The whole number or word around a finding outside of strings.</summary>
    public static (int Start, int End) Token(ReadOnlySpan<byte> json, int floor, int start, int end)
    {
        while (start > floor && IsBare(json[start - 1]))
            start--;
        while (end < json.Length && IsBare(json[end]))
            end++;
        return (start, end);
    }

    private static bool IsBare(byte b) => Ascii.IsAlphanumeric(b) || b is (byte)'+' or (byte)'-' or (byte)'.';
}
