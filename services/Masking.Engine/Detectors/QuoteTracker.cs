namespace Hoop.Masking.Engine.Detectors;

/// <summary>Follows whether a place is inside double quotes (with backslash escapes); asked in rising order, so a text is read once.</summary>
internal struct QuoteTracker
{
    private int at;
    private bool inside;

    public bool Contains(ReadOnlySpan<byte> text, int place)
    {
        while (at < place)
        {
            var hop = text[at..place].IndexOfAny((byte)'"', (byte)'\\');
            if (hop < 0)
            {
                at = place;
                break;
            }
            at += hop;
            if (text[at] == (byte)'"')
                (inside, at) = (!inside, at + 1);
            else
                at += 2;
        }
        return inside;
    }
}
