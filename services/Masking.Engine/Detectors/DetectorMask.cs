using System.Buffers;
using Hoop.Masking.Engine.Columns;
using Hoop.Masking.Engine.Detectors;

namespace Hoop.Masking.Engine;

/// <summary>Detectors over free text: one pass for all of them, nothing allocated. Immutable, thread-safe.</summary>
public sealed class DetectorMask
{
    private readonly ValueMask?[] masks;
    private readonly DetectorScan scan;

    private DetectorMask(ValueMask?[] masks) => (this.masks, scan) = (masks, new DetectorScan(kind => masks[(int)kind] is not null));

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
    public bool TryRewriteJson(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        var strings = new JsonStrings();
        var copied = 0;
        while (scan.TryFind(json, copied, out var finding))
        {
            var (start, end) = (finding.Start, finding.End);
            var bare = !strings.Contains(json, start);
            if (bare)
                (start, end) = JsonStrings.Token(json, Math.Max(copied, 0), start, end);
            output.Write(json[copied..start]);
            if (bare)
                output.Write("\""u8);
            masks[(int)finding.Kind]!.Write(json[start..end], output);
            if (bare)
                output.Write("\""u8);
            copied = end;
        }
        if (copied > 0)
            output.Write(json[copied..]);
        return copied > 0;
    }
}
