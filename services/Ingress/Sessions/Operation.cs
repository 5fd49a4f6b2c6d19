using Hoop.Contracts.Approvals;
using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sessions;

/// <summary>One thing a client asks: what policy decides on, what the journal records.</summary>
public sealed record Operation
{
    public required OperationFacts Facts { get; init; }

    /// <summary>The exact text that will run.</summary>
    public required string Text { get; init; }

    /// <summary>Takes the values out of its text, for a record that must not show them; null: then the text is not recorded at all.</summary>
    public Func<string, string>? HideValues { get; init; }

    /// <summary>What of text and values is a secret; null: nothing.</summary>
    public OperationSecrets? Secrets { get; init; }

    /// <summary>The text as others may see it.</summary>
    internal string ShownText => Secrets?.Shown ?? Text;

    /// <summary>What its text stands for where it only names it, such as a prepared statement; null: nothing.</summary>
    public string? StandsFor { get; init; }

    /// <summary>The same as others may see it.</summary>
    public string? ShownStandsFor { get; init; }

    /// <summary>Bind values as text, in order; null is SQL NULL.</summary>
    public IReadOnlyList<string?> BindValues { get; init; } = [];

    /// <summary>What the client says for it; null: nothing.</summary>
    public Justification? Justification { get; init; }

    /// <summary>What unqualified names and rights depend on in the session, such as search path and current role; empty when the protocol has no such thing.</summary>
    public string Namespace { get; init; } = "";

    public bool InTransaction { get; init; }

    /// <summary>It runs in an open transaction, which a later operation of this session has to end before anything of it lasts.</summary>
    public bool AwaitsCommit { get; init; }
    public DateTimeOffset? TransactionStartedAt { get; init; }

    /// <summary>What approvers want to know; null when the protocol has no such thing.</summary>
    public OperationInsight? Insight { get; init; }
}

/// <summary>What a protocol can tell of an operation that people have to decide on. Made for every operation, asked for those that are held.</summary>
public abstract record OperationInsight
{
    /// <summary>Asks the target, without executing anything. May be asked again.</summary>
    public abstract Task<OperationPreview> PreviewAsync(CancellationToken cancel);

    /// <summary>Which parts of the operation's text bring its effects; null when that cannot be told.</summary>
    public abstract IReadOnlyList<StatementRisk>? RisksIn(string text);
}

/// <param name="Plan">EXPLAIN (FORMAT JSON) or one line saying why there is none.</param>
public sealed record OperationPreview(double? EstimatedRows, string Plan)
{
    public PreviewDetails? Details { get; init; }
}

/// <summary>How an operation ended, for the journal.</summary>
/// <param name="Status">The command tag (<c>SELECT 3</c>) or the error's SQLSTATE and message, masked as records are.</param>
/// <param name="Rows">Rows returned or changed; null when unknown.</param>
/// <param name="MaskedColumns">Names of result columns that were masked.</param>
public sealed record OperationResult(
    bool Succeeded, string Status, long? Rows, long Bytes, TimeSpan Duration, IReadOnlyList<string> MaskedColumns)
{
    /// <summary>Of the last result that it showed.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Of the error, masked likewise.</summary>
    public string? Detail { get; init; }

    /// <inheritdoc cref="Detail"/>
    public string? Hint { get; init; }

    /// <summary>The row limit that it broke, so that it was stopped and what it changed rolled back; null: none.</summary>
    public long? OverLimit { get; init; }
}

/// <summary>What a target said besides results, masked as records are.</summary>
/// <param name="Last">Later ones of the same operation are not recorded.</param>
public readonly record struct SessionNotice(string Severity, string Code, string Message, string? Detail, string? Hint, bool Last);

/// <summary>Somebody ended the session.</summary>
/// <param name="By">Their name.</param>
/// <param name="ById">Issuer and subject.</param>
public sealed record SessionKill(string By, string ById, string Reason);
