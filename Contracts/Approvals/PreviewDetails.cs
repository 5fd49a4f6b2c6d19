namespace Hoop.Contracts.Approvals;

/// <summary>What is known beforehand of a held operation, beyond the planner's estimate. Nothing of it was executed for effect; every list may be empty.</summary>
public sealed record PreviewDetails
{
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>The tables it names, what it changes first.</summary>
    public IReadOnlyList<PreviewTable> Tables { get; init; } = [];

    /// <summary>What the client's open transaction has locked already; catalogs left out.</summary>
    public IReadOnlyList<PreviewLock> Locks { get; init; } = [];

    /// <summary>When the client's open transaction began, by the target's clock; null: none is open.</summary>
    public DateTimeOffset? TransactionStartedAt { get; init; }

    /// <summary>Sessions of the target that wait for this transaction's locks; null when that is not known.</summary>
    public int? Blocking { get; init; }

    public IReadOnlyList<PreviewConsequence> Consequences { get; init; } = [];

    /// <summary>Null when there is none; then a note says why.</summary>
    public PreviewSample? Sample { get; init; }

    /// <summary>What could not be shown and why, what to keep in mind. One line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <param name="Name">Qualified.</param>
/// <param name="Verb">What the operation does to it: <c>select, insert, update, delete, …</c></param>
/// <param name="EstimatedRows">Rows the planner expects the operation to touch there; null when the plan does not say.</param>
/// <param name="TotalRows">Rows in it by the target's statistics; null when it was never analysed.</param>
/// <param name="Bytes">On disk, indexes included.</param>
public sealed record PreviewTable(string Name, string Verb, double? EstimatedRows, double? TotalRows, long? Bytes);

/// <param name="Mode">As PostgreSQL names it: <c>RowExclusiveLock</c>.</param>
/// <param name="Relation">Qualified; null for what is no relation.</param>
/// <param name="Granted">False: it waits for it.</param>
public sealed record PreviewLock(string Kind, string? Relation, string Mode, bool Granted);

/// <summary>Something the database does by itself because of the operation.</summary>
/// <param name="Kind"><c>trigger, rule, cascade, reference</c> or <c>partition</c>.</param>
/// <param name="Table">Where, qualified.</param>
/// <param name="Says">One line for people.</param>
public sealed record PreviewConsequence(string Kind, string Table, string Says);

/// <summary>Some of the rows that would change, masked as for somebody without any role.</summary>
/// <param name="Table">Qualified.</param>
/// <param name="Verb"><c>insert</c>, <c>update</c> or <c>delete</c>.</param>
/// <param name="More">There are more rows than these.</param>
public sealed record PreviewSample(string Table, string Verb, IReadOnlyList<PreviewColumn> Columns, IReadOnlyList<PreviewRow> Rows, bool More);

/// <param name="Changes">The operation sets it.</param>
/// <param name="Masked">Its values are not the stored ones.</param>
public sealed record PreviewColumn(string Name, bool Changes, bool Masked);

/// <summary>Values as text, one for each column of the sample; long ones are cut. Null is SQL NULL.</summary>
/// <param name="Before">Null for a row that is not there yet.</param>
/// <param name="After">Null for a row that goes, and where what it becomes could not be worked out (a note says why). Equal to <see cref="Before"/> where nothing changes.</param>
public sealed record PreviewRow(IReadOnlyList<string?>? Before, IReadOnlyList<string?>? After);
