namespace Hoop.Contracts.Documents;

public enum MaskMode { Redact, Partial, Hash, Null }

public enum PredicateRule { Equality, Allow, Approve, Block }

/// <summary>Rewrites sensitive values in responses, by column or by detector.</summary>
public sealed record MaskDocument
{
    public required string Name { get; init; }

    /// <summary>Target names or globs.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary><c>schema.table.column</c>, globs allowed in each part; empty for a detector mask.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Detector names: <c>credit-card, ssn, email, phone, iban, secret-key, national-id, passport, ip-address</c>; empty for a column mask.</summary>
    public IReadOnlyList<string> Detect { get; init; } = [];

    public MaskMode Mode { get; init; }

    /// <summary>For <see cref="MaskMode.Partial"/>: characters left readable at the end.</summary>
    public int KeepLast { get; init; }

    /// <summary>Roles that see the value.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>What a WHERE, ORDER BY or JOIN may do with a masked column.</summary>
    public PredicateRule Predicates { get; init; }

    /// <summary>Functions whose result over the column is not secret (default: <c>count</c>).</summary>
    public IReadOnlyList<string> SafeFunctions { get; init; } = ["count"];
}

/// <summary>What the Masking service distributes: the masks of one policy version.</summary>
/// <param name="Version">The <see cref="HoopDocument.Version"/> it belongs to; Ingress uses a pair only when both agree.</param>
/// <param name="Digest">SHA-256 of the canonical JSON of the masks, lower-case hex.</param>
public sealed record MaskingDocument(long Version, string Digest, IReadOnlyList<MaskDocument> Masks);
