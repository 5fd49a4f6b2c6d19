using System.Buffers;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>A text syntax with double-quoted parts, in which a rewritten finding must not reach over its part.</summary>
internal sealed class QuotedText
{
    public static readonly QuotedText Json = new("\"", " \t\r\n\"{}[]:,\\"u8, wholeToken: true);
    public static readonly QuotedText Array = new("", "\"{},\\"u8, wholeToken: false);
    public static readonly QuotedText Composite = new("", "\"(),\\"u8, wholeToken: false);

    private readonly byte[] quote;
    private readonly SearchValues<byte> marks;
    private readonly bool wholeToken;

    private QuotedText(string quote, ReadOnlySpan<byte> marks, bool wholeToken) =>
        (this.quote, this.marks, this.wholeToken) = (System.Text.Encoding.ASCII.GetBytes(quote), SearchValues.Create(marks), wholeToken);

    /// <summary>Goes around what replaces a bare value.</summary>
    public ReadOnlySpan<byte> Quote => quote;

    /// <summary>Cuts a finding at the end of its quotes; a bare one must not contain the syntax's own marks.</summary>
    public bool TryFit(ReadOnlySpan<byte> text, int floor, bool inside, Finding finding, out int start, out int end)
    {
        (start, end) = (finding.Start, finding.End);
        if (inside)
        {
            end = ClosingQuote(text, start, end);
            return end > start;
        }
        if (text[start..end].ContainsAny(marks))
            return false;
        if (wholeToken)
        {
            while (start > floor && !marks.Contains(text[start - 1]))
                start--;
            var rest = text[end..].IndexOfAny(marks);
            end = rest < 0 ? text.Length : end + rest;
        }
        return true;
    }

    private static int ClosingQuote(ReadOnlySpan<byte> text, int from, int end)
    {
        for (var at = from; at < end; at++)
        {
            if (text[at] == (byte)'"')
                return at;
            if (text[at] == (byte)'\\')
                at++;
        }
        return end;
    }
}
