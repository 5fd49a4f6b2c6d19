using System.Buffers;
using System.Text;

namespace Hoop.Masking.Engine.Values;

/// <summary>
/// Keeps the last letters and digits: <c>123-45-6789</c> becomes <c>***-**-6789</c>. Before the kept tail only the usual
/// separators stay; any other character is starred, so that a value made of symbols does not pass untouched.
/// </summary>
internal static class PartialText
{
    private const byte Star = (byte)'*';
    private static readonly SearchValues<byte> Separators = SearchValues.Create(" -./_:,@+()"u8);

    public static void Write(ReadOnlySpan<byte> text, int keepLast, IBufferWriter<byte> output)
    {
        var tail = TailStart(text, keepLast);
        if (tail < 0)
        {
            WriteStars(text, keepSeparators: false, output);
            return;
        }
        WriteStars(text[..tail], keepSeparators: true, output);
        WriteTail(text[tail..], output);
    }

    /// <summary>Where the kept letters and digits begin, or -1 when nothing would stay hidden.</summary>
    private static int TailStart(ReadOnlySpan<byte> text, int keepLast)
    {
        var (at, start, kept) = (text.Length, -1, 0);
        while (at > 0)
        {
            var valid = Rune.DecodeLastFromUtf8(text[..at], out var rune, out var length) == OperationStatus.Done;
            at -= length;
            if (!valid || !Rune.IsLetterOrDigit(rune))
                continue;
            if (kept == keepLast)
                return start;
            (kept, start) = (kept + 1, at);
        }
        return -1;
    }

    private static void WriteStars(ReadOnlySpan<byte> text, bool keepSeparators, IBufferWriter<byte> output)
    {
        if (text.IsEmpty)
            return;
        var span = output.GetSpan(text.Length);
        var written = 0;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out _, out var length);
            span[written++] = keepSeparators && Separators.Contains(text[0]) ? text[0] : Star;
            text = text[length..];
        }
        output.Advance(written);
    }

    /// <summary>Bytes that are not UTF-8 are starred even here: nobody knows what they would show.</summary>
    private static void WriteTail(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(text.Length);
        var written = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out _, out var length) == OperationStatus.Done)
                text[..length].CopyTo(span[written..]);
            else
                (span[written], length) = (Star, 1);
            written += length;
            text = text[length..];
        }
        output.Advance(written);
    }
}
