using Hoop.Contracts.Documents;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Values;

/// <summary>What is done to the values of one column. NULL stays, unless it is hidden too.</summary>
internal abstract class ValueRewriter
{
    /// <summary>True when NULL is written like any other value.</summary>
    public virtual bool HidesNull => false;

    /// <summary>What the value is may not show in how it is written either: quoted, or like NULL.</summary>
    public virtual bool HidesForm => true;

    /// <summary>False when the value may go as it is.</summary>
    public virtual bool Changes(ReadOnlySpan<byte> value) => true;

    /// <summary>Writes what goes instead; false (and nothing written) when that is NULL.</summary>
    public abstract bool TryWrite(ReadOnlySpan<byte> value, ScratchBuffer output);

    /// <summary>One for each field; null where values always go as they are.</summary>
    public static ValueRewriter?[] For(IReadOnlyList<MaskedField> fields, DetectorMask? detectors) =>
        [.. fields.Select(field => field.Mask is { } mask ? Masked(field, mask) : detectors is null ? null : DetectingRewriter.For(field.TypeOid, field.Format, detectors))];

    private static ValueRewriter Masked(MaskedField field, ValueMask mask)
    {
        if (mask.Mode == MaskMode.Null)
            return FixedRewriter.Null;
        return field.TypeOid switch
        {
            PostgresTypes.Json => new JsonMaskRewriter(mask, version: false),
            PostgresTypes.Jsonb or PostgresTypes.JsonPath => new JsonMaskRewriter(mask, version: field.Format != 0),
            0 when field.Format == 0 => new TextMaskRewriter(mask),
            var oid when PostgresTypes.IsText(oid) => new TextMaskRewriter(mask),
            var oid => new FixedRewriter(NeutralValues.For(oid, field.Format), mask.HidesNull),
        };
    }
}

/// <summary>Text types hold the mask's own text.</summary>
internal sealed class TextMaskRewriter(ValueMask mask) : ValueRewriter
{
    public override bool HidesNull => mask.HidesNull;

    public override bool TryWrite(ReadOnlySpan<byte> value, ScratchBuffer output)
    {
        if (!output.TryWriteLater(mask, value)) mask.Write(value, output);
        return true;
    }
}
