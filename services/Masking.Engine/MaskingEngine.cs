using System.Buffers;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;

namespace Hoop.Masking.Engine;

/// <summary>Compiled masks of all targets. Immutable, thread-safe.</summary>
public sealed class MaskingEngine
{
    /// <param name="key">Secret of at least 32 bytes for <see cref="MaskMode.Hash"/>.</param>
    public static MaskingEngine Compile(MaskingDocument document, ReadOnlySpan<byte> key) => throw new NotImplementedException();

    /// <summary>The masks that apply on a target to somebody with these roles. Cached; the same object for the same roles.</summary>
    public TargetMasks For(string target, IReadOnlyList<string> roles) => throw new NotImplementedException();
}

/// <summary>The masks one principal meets on one target.</summary>
public sealed class TargetMasks
{
    public bool IsEmpty => throw new NotImplementedException();

    public bool HasColumnMasks => throw new NotImplementedException();

    /// <summary>The mask for a result column, or null when it may be shown (detectors still apply). An opaque column is masked whenever <see cref="HasColumnMasks"/>.</summary>
    public ValueMask? ForColumn(ResultColumn column) => throw new NotImplementedException();

    /// <summary>The mask for a base column by name (<c>schema.table.column</c>), or null.</summary>
    public ValueMask? ForBaseColumn(string column) => throw new NotImplementedException();

    /// <summary>Finds and rewrites sensitive values in text; null when the target has no detector masks.</summary>
    public DetectorMask? Detectors => throw new NotImplementedException();

    /// <summary>What the masks say of predicates and stores on masked columns: null when nothing objects, else the strictest.</summary>
    public MaskObjection? Judge(IReadOnlyList<ColumnUse> uses) => throw new NotImplementedException();
}

/// <param name="Rule"><see cref="PredicateRule.Block"/> or <see cref="PredicateRule.Approve"/>.</param>
/// <param name="Mask">The mask's name.</param>
/// <param name="Why">One line: which column, which use, what would be allowed.</param>
public sealed record MaskObjection(PredicateRule Rule, string Mask, string Why);

/// <summary>Rewrites one value given as text.</summary>
public sealed class ValueMask
{
    /// <summary>The mask's name, for the record.</summary>
    public string Name => throw new NotImplementedException();

    public MaskMode Mode => throw new NotImplementedException();

    /// <summary>Writes the masked form of a UTF-8 text value.</summary>
    public void Write(ReadOnlySpan<byte> text, IBufferWriter<byte> output) => throw new NotImplementedException();
}

/// <summary>Detectors over free text.</summary>
public sealed class DetectorMask
{
    /// <summary>Writes <paramref name="text"/> with every finding rewritten; returns false and writes nothing when there is none.</summary>
    public bool TryRewrite(ReadOnlySpan<byte> text, IBufferWriter<byte> output) => throw new NotImplementedException();
}
