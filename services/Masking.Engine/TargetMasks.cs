using System.Collections.Concurrent;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;
using Hoop.Masking.Engine.Columns;
using Hoop.Masking.Engine.Predicates;

namespace Hoop.Masking.Engine;

/// <summary>The masks one principal meets on one target. Immutable, thread-safe.</summary>
public sealed class TargetMasks
{
    private const int CacheLimit = 16_384;
    private static readonly ValueMask Untraced = ValueMask.Computed("untraced-column", MaskMode.Redact);

    private readonly CompiledMask[] masks;
    private readonly CompiledMask[] columnMasks;
    private readonly ConcurrentDictionary<string, CompiledMask[]> byColumn = new(StringComparer.Ordinal);

    internal TargetMasks(CompiledMask[] masks)
    {
        this.masks = masks;
        columnMasks = [.. masks.Where(mask => mask.Columns.Length > 0)];
        Detectors = DetectorMask.Create(masks);
    }

    public bool IsEmpty => !HasColumnMasks && Detectors is null;

    public bool HasColumnMasks => columnMasks.Length > 0;

    /// <summary>They hide and permit the same, though the documents that they are of may be others.</summary>
    public bool AreSame(TargetMasks other) =>
        ReferenceEquals(this, other) || masks.Length == other.masks.Length && masks.Zip(other.masks).All(static pair => pair.First.IsSame(pair.Second));

    /// <summary>Finds and rewrites sensitive values in text; null when the target has no detector masks.</summary>
    public DetectorMask? Detectors { get; }

    /// <summary>The mask for a result column, or null when it may be shown (detectors still apply). An opaque column is masked whenever <see cref="HasColumnMasks"/>.</summary>
    public ValueMask? ForColumn(ResultColumn column)
    {
        if (!HasColumnMasks)
            return null;
        var strictest = column.Opaque ? Untraced : null;
        foreach (var source in column.Sources)
            foreach (var mask in Matching(source.Column))
                if (!mask.IsSafe(source.Through))
                    strictest = ValueMask.Strictest(strictest, source.Computed || mask.Value.Mode == MaskMode.Hash && HoldsGuesses(column) ? mask.Computed : mask.Value);
        return strictest;
    }

    /// <summary>Equal values have equal hashes: beside values that the client chose, or that stand in an unmasked column, the hash says which are which.</summary>
    private bool HoldsGuesses(ResultColumn column)
    {
        if (column.HasMadeUp)
            return true;
        foreach (var source in column.Sources)
            if (source.Origin is { } origin && !column.Sources.Any(other => other.Origin == origin && IsMasked(other.Column)))
                return true;
        return false;
    }

    /// <summary>The mask for a base column by name (<c>schema.table.column</c>), or null.</summary>
    public ValueMask? ForBaseColumn(string column)
    {
        ValueMask? strictest = null;
        foreach (var mask in Matching(column))
            strictest = ValueMask.Strictest(strictest, mask.Value);
        return strictest;
    }

    /// <summary>What the masks say of predicates and stores on masked columns: null when nothing objects, else the strictest.</summary>
    public MaskObjection? Judge(IReadOnlyList<ColumnUse> uses)
    {
        MaskObjection? strictest = null;
        foreach (var use in uses)
            foreach (var mask in Matching(use.Column))
            {
                var objection = PredicateJudge.Judge(mask, use, IsMasked);
                if (objection?.Rule == PredicateRule.Block)
                    return objection;
                strictest ??= objection;
            }
        return strictest;
    }

    private bool IsMasked(string column) => Matching(column).Length > 0;

    private CompiledMask[] Matching(string column)
    {
        if (!HasColumnMasks)
            return [];
        if (byColumn.TryGetValue(column, out var found))
            return found;
        // A column nobody can name (of a temporary view, say) may be any of the masked ones.
        found = column == "*" ? [.. columnMasks] : [.. columnMasks.Where(mask => mask.Matches(column))];
        if (byColumn.Count < CacheLimit)
            byColumn.TryAdd(column, found);
        return found;
    }
}
