using System.Buffers;
using Hoop.Contracts.Documents;
using Hoop.Masking.Engine.Columns;
using Hoop.Masking.Engine.Detectors;

namespace Hoop.Masking.Engine;

/// <summary>Detectors over free text: one pass for all of them, nothing allocated. Immutable, thread-safe.</summary>
public sealed class DetectorMask
{
    /// <summary>Finds secret keys and passwords alone, whatever the document asks for.</summary>
    public static DetectorMask Credentials { get; } = Create(DetectorKind.SecretKey, new ValueMask("credentials", MaskMode.Redact, 0, []));

    private readonly ValueMask?[] masks;
    private readonly DetectorScan scan;

    private DetectorMask(ValueMask?[] masks) => (this.masks, scan) = (masks, new DetectorScan(kind => masks[(int)kind] is not null));

    private static DetectorMask Create(DetectorKind kind, ValueMask mask)
    {
        var masks = new ValueMask?[DetectorKinds.Count];
        masks[(int)kind] = mask;
        return new(masks);
    }

    internal static DetectorMask? Create(IReadOnlyList<CompiledMask> sources)
    {
        var masks = new ValueMask?[DetectorKinds.Count];
        foreach (var source in sources)
            foreach (var kind in source.Kinds)
                masks[(int)kind] = ValueMask.Strictest(masks[(int)kind], source.Value);
        return masks.All(mask => mask is null) ? null : new(masks);
    }

    /// <summary>True when there is something to rewrite.</summary>
    public bool Finds(ReadOnlySpan<byte> text) => scan.TryFind(text, 0, out _);

    /// <summary>Writes <paramref name="text"/> with every finding rewritten; returns false and writes nothing when there is none.</summary>
    public bool TryRewrite(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        var copied = 0;
        while (scan.TryFind(text, copied, out var finding))
        {
            output.Write(text[copied..finding.Start]);
            masks[(int)finding.Kind]!.Write(text[finding.Start..finding.End], output);
            copied = finding.End;
        }
        if (copied > 0)
            output.Write(text[copied..]);
        return copied > 0;
    }

    /// <summary>The same for a JSON document, which stays one: a finding that is a bare number becomes a string.</summary>
    public bool TryRewriteJson(ReadOnlySpan<byte> json, IBufferWriter<byte> output) => TryRewriteQuoted(json, QuotedText.Json, output);

    /// <summary>The same for the text form of a PostgreSQL array (<c>{…,"…"}</c>) or composite (<c>(…,"…")</c>), which stays one.</summary>
    public bool TryRewriteElements(ReadOnlySpan<byte> text, IBufferWriter<byte> output) =>
        TryRewriteQuoted(text, text is [(byte)'(', ..] ? QuotedText.Composite : QuotedText.Array, output);

    private bool TryRewriteQuoted(ReadOnlySpan<byte> text, QuotedText syntax, IBufferWriter<byte> output)
    {
        var quotes = new QuoteTracker();
        var (copied, floor) = (0, 0);
        while (scan.TryFind(text, floor, out var finding))
        {
            var inside = quotes.Contains(text, finding.Start);
            if (!syntax.TryFit(text, copied, inside, finding, out var start, out var end))
            {
                // Not a value: marks of the syntax that look like one, such as a name at the end of one string and the next string.
                floor = finding.Start + 1;
                continue;
            }
            output.Write(text[copied..start]);
            if (!inside)
                output.Write(syntax.Quote);
            masks[(int)finding.Kind]!.Write(text[start..end], output);
            if (!inside)
                output.Write(syntax.Quote);
            copied = floor = end;
        }
        if (copied > 0)
            output.Write(text[copied..]);
        return copied > 0;
    }
}
