namespace Hoop.Contracts.Operations;

/// <summary>What policy sees of an operation: the same shape for every protocol.</summary>
public sealed record OperationFacts
{
    /// <summary>Protocol name: <c>postgres</c>, <c>http</c>, …</summary>
    public required string Protocol { get; init; }

    /// <summary>False when the text could not be parsed or has a node nobody mapped: only an allow-everything rule covers it.</summary>
    public required bool Understood { get; init; }

    /// <summary>What keeps its text from being parsed, in the parser's words; null: nothing.</summary>
    public string? Unreadable { get; init; }

    /// <summary>True for what drivers need to work at all (transaction control, SHOW, harmless SET, name lookups in the catalogs).</summary>
    public required bool Plumbing { get; init; }

    /// <summary>An object that it names was not found among those that are known: newer knowledge may find it.</summary>
    public bool NamesUnknown { get; init; }

    /// <summary>Every object touched, nested statements included. Never empty for a non-plumbing operation: an operation without objects has one access named <c>*</c> or its function.</summary>
    public required IReadOnlyList<ObjectAccess> Accesses { get; init; }

    public required Effects Effects { get; init; }

    /// <summary>Columns that decide what happens (predicates, ordering, grouping) or whose values are stored elsewhere.</summary>
    public IReadOnlyList<ColumnUse> ColumnUses { get; init; } = [];

    /// <summary>Stable hash of the normalised operation (literals removed), lower-case hex, 16 digits.</summary>
    public required string Fingerprint { get; init; }
}
