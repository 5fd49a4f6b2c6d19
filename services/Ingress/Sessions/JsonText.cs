using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Hoop.Audit.Chain;

namespace Hoop.Ingress.Sessions;

/// <summary>JSON written straight into an event, without a writer's bookkeeping. Names and marks are the caller's, as UTF-8 literals.</summary>
internal static class JsonText
{
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    // ASCII that stands for itself in a JSON string; all else is the encoder's to judge.
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Where(c => c is not ('"' or '\\')).Select(c => (byte)c)]);

    internal static void Raw(this EventBuffer json, ReadOnlySpan<byte> utf8) => json.Write(utf8);

    internal static void Number(this EventBuffer json, long value)
    {
        value.TryFormat(json.GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
        json.Advance(written);
    }

    /// <summary>Milliseconds with up to three decimals.</summary>
    internal static void Milliseconds(this EventBuffer json, TimeSpan value)
    {
        var microseconds = (long)Math.Round(value.TotalMicroseconds);
        json.Number(microseconds / 1000);
        var rest = Math.Abs(microseconds % 1000);
        if (rest == 0) return;
        ReadOnlySpan<byte> decimals = [(byte)'.', (byte)('0' + rest / 100), (byte)('0' + rest / 10 % 10), (byte)('0' + rest % 10)];
        json.Raw(decimals.TrimEnd((byte)'0'));
    }

    internal static void Bool(this EventBuffer json, bool value) => json.Raw(value ? "true"u8 : "false"u8);

    /// <summary>A string, or null.</summary>
    internal static void Text(this EventBuffer json, string? value)
    {
        if (value is null)
        {
            json.Raw("null"u8);
            return;
        }
        // Where the escaped form is to go: as it is when nothing needs escaping, which is the rule.
        var destination = json.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length) + 2);
        var length = Encoding.UTF8.GetBytes(value, destination[1..]);
        if (destination.Slice(1, length).ContainsAnyExcept(Plain))
        {
            EscapedText(json, value, length);
            return;
        }
        (destination[0], destination[length + 1]) = ((byte)'"', (byte)'"');
        json.Advance(length + 2);
    }

    internal static void Text(this EventBuffer json, ReadOnlySpan<byte> utf8)
    {
        json.Raw("\""u8);
        if (utf8.ContainsAnyExcept(Plain)) Escape(json, utf8);
        else json.Raw(utf8);
        json.Raw("\""u8);
    }

    internal static void List(this EventBuffer json, IReadOnlyList<string> items)
    {
        json.Raw("["u8);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) json.Raw(","u8);
            json.Text(items[i]);
        }
        json.Raw("]"u8);
    }

    /// <summary>One text of each item, every one once.</summary>
    internal static void Distinct<T>(this EventBuffer json, IReadOnlyList<T> items, Func<T, string> text)
    {
        if (items.Count > 1)
        {
            json.List([.. items.Select(text).Distinct()]);
            return;
        }
        json.Raw("["u8);
        if (items.Count == 1) json.Text(text(items[0]));
        json.Raw("]"u8);
    }

    private static void EscapedText(EventBuffer json, string value, int length)
    {
        var utf8 = ArrayPool<byte>.Shared.Rent(length);
        json.Text(utf8.AsSpan(0, Encoding.UTF8.GetBytes(value, utf8)));
        ArrayPool<byte>.Shared.Return(utf8);
    }

    private static void Escape(EventBuffer json, ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            // One byte becomes six at most.
            var part = utf8[..Math.Min(utf8.Length, 4096)];
            Encoder.EncodeUtf8(part, json.GetSpan(part.Length * 6), out var consumed, out var written, isFinalBlock: part.Length == utf8.Length);
            json.Advance(written);
            utf8 = utf8[consumed..];
        }
    }
}
