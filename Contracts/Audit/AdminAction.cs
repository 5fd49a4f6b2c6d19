using Hoop.Contracts.Identity;

namespace Hoop.Contracts.Audit;

/// <summary>What somebody did, or tried, through one of Hoop's own surfaces.</summary>
/// <param name="Id">A redelivery has the same.</param>
/// <param name="Service">Whose surface: <c>policy</c>, <c>approval</c>, …</param>
/// <param name="Kind">What was asked for, object and verb: <c>policy.activate</c>.</param>
/// <param name="At">UTC, when it was asked for.</param>
/// <param name="By">Null when nobody was signed in.</param>
/// <param name="Address">The caller's network address, where there is one.</param>
/// <param name="Outcome">See <see cref="AdminOutcomes"/>.</param>
/// <param name="Details">What it was about: ids, versions, reasons. Never a secret.</param>
public sealed record AdminAction(
    Guid Id, string Service, string Kind, DateTimeOffset At, Principal? By, string? Address, string Outcome, IReadOnlyDictionary<string, string> Details);

public static class AdminOutcomes
{
    public const string Done = "done";

    /// <summary>Not allowed, not possible, or not understood: nothing was changed.</summary>
    public const string Refused = "refused";

    /// <summary>An error on our side; it may have been done in part.</summary>
    public const string Failed = "failed";

    /// <summary>The service ended before it knew.</summary>
    public const string Unknown = "unknown";
}

/// <summary>Request: record these. Answered after they are stored; idempotent on their ids.</summary>
public sealed record RecordAdminActions(IReadOnlyList<AdminAction> Actions);

/// <summary>Answer: they are stored.</summary>
public sealed record AdminActionsRecorded(int Count);
