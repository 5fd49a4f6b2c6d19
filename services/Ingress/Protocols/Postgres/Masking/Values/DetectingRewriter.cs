using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Values;

/// <summary>Rewrites what detectors find in a column that is not masked by name. Numbers, dates and bytea are not looked into.</summary>
internal abstract class DetectingRewriter : ValueRewriter
{
    public sealed override bool HidesForm => false;

    public static ValueRewriter? For(uint oid, short format, DetectorMask detectors) => format == 0 ? ForText(oid, detectors) : ForBinary(oid, detectors);

    private static ValueRewriter? ForText(uint oid, DetectorMask detectors)
    {
        if (oid is PostgresTypes.Json or PostgresTypes.Jsonb)
            return new DetectingJson(detectors);
        if (oid is PostgresTypes.Record or PostgresTypes.RecordArray || PostgresTypes.IsArrayOf(oid, PostgresTypes.IsText))
            return new DetectingElements(detectors);
        if (PostgresTypes.IsArrayOf(oid, IsJson))
            return new DetectingOpaque(detectors, "{}"u8.ToArray());
        return oid is 0 or >= PostgresTypes.FirstUserDefined || IsWords(oid) ? new DetectingText(detectors) : null;
    }

    private static ValueRewriter? ForBinary(uint oid, DetectorMask detectors)
    {
        if (PostgresTypes.IsText(oid))
            return new DetectingText(detectors);
        if (IsJson(oid))
            return oid == PostgresTypes.Json ? new DetectingJson(detectors) : new DetectingVersioned(detectors);
        if (PostgresTypes.Elements.TryGetValue(oid, out var element) && (PostgresTypes.IsText(element) || IsJson(element)))
            return new DetectingArray(For(element, 1, detectors)!);
        // Nobody knows where in these bytes a text begins and ends, so a finding takes the whole value.
        return oid is 0 or >= PostgresTypes.FirstUserDefined or PostgresTypes.Record or PostgresTypes.RecordArray || IsWords(oid)
            ? new DetectingOpaque(detectors, null)
            : null;
    }

    private static bool IsWords(uint oid) => PostgresTypes.IsText(oid) || PostgresTypes.IsTextSearch(oid) || oid == PostgresTypes.JsonPath;

    private static bool IsJson(uint oid) => oid is PostgresTypes.Json or PostgresTypes.Jsonb;
}

internal sealed class DetectingText(DetectorMask detectors) : DetectingRewriter
{
    public override bool Changes(ReadOnlySpan<byte> value) => detectors.Finds(value);

    public override bool TryWrite(ReadOnlySpan<byte> value, ScratchBuffer output)
    {
        if (!detectors.TryRewrite(value, output))
            output.Write(value);
        return true;
    }
}

internal sealed class DetectingJson(DetectorMask detectors) : DetectingRewriter
{
    public override bool Changes(ReadOnlySpan<byte> value) => detectors.Finds(value);

    public override bool TryWrite(ReadOnlySpan<byte> value, ScratchBuffer output)
    {
        if (!detectors.TryRewriteJson(value, output))
            output.Write(value);
        return true;
    }
}

/// <summary>Binary jsonb: a version, then the text.</summary>
internal sealed class DetectingVersioned(DetectorMask detectors) : DetectingRewriter
{
    private readonly DetectingJson json = new(detectors);

    public override bool Changes(ReadOnlySpan<byte> value) => json.Changes(value);

    public override bool TryWrite(ReadOnlySpan<byte> value, ScratchBuffer output)
    {
        output.Write(value[..1]);
        return json.TryWrite(value[1..], output);
    }
}

/// <summary>The text form of an array or a composite.</summary>
internal sealed class DetectingElements(DetectorMask detectors) : DetectingRewriter
{
    public override bool Changes(ReadOnlySpan<byte> value) => detectors.Finds(value);

    public override bool TryWrite(ReadOnlySpan<byte> value, ScratchBuffer output)
    {
        if (!detectors.TryRewriteElements(value, output))
            output.Write(value);
        return true;
    }
}

internal sealed class DetectingOpaque(DetectorMask detectors, byte[]? replacement) : DetectingRewriter
{
    public override bool Changes(ReadOnlySpan<byte> value) => detectors.Finds(value);

    public override bool TryWrite(ReadOnlySpan<byte> value, ScratchBuffer output)
    {
        output.Write(replacement);
        return replacement is not null;
    }
}
