using Hoop.Ingress.Approvals.Grants;

namespace Hoop.Ingress.Sessions;

/// <summary>What the Gate says to an operation: exactly one of the three is set.</summary>
public readonly record struct GateAnswer(Permit? Permit, Refusal? Refusal, Hold? Hold)
{
    public static implicit operator GateAnswer(Permit permit) => new(permit, null, null);
    public static implicit operator GateAnswer(Refusal refusal) => new(null, refusal, null);
    public static implicit operator GateAnswer(Hold hold) => new(null, null, hold);
}

/// <summary>Proof that an operation was decided and journalled. Forwarding takes one; only the Gate makes them.</summary>
public sealed class Permit
{
    internal Permit(long operationId, Operation operation, Standing standing, long? maxRows) =>
        (OperationId, Operation, Standing, MaxRows) = (operationId, operation, standing, maxRows);

    /// <summary>The operation's number in its session, from 1.</summary>
    public long OperationId { get; }

    public Operation Operation { get; }

    /// <summary>What its principal was when it was decided; its results are masked by the same documents.</summary>
    internal Standing Standing { get; }

    /// <summary>Rows it may change or return; over it, it is rolled back.</summary>
    public long? MaxRows { get; }

    /// <summary>Rows of each of its results to record; 0 for none.</summary>
    public long RecordRows { get; init; }

    /// <summary>The rules that let it pass.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>What people said for it; null when nobody was asked.</summary>
    internal PermitBasis? Basis { get; init; }

    /// <summary>The request that people approved; null when none was needed.</summary>
    public Guid? RequestId => Basis?.RequestId;

    /// <summary>The window that it runs on; null: none.</summary>
    internal ActiveGrant? Grant => Basis?.Grant;

    /// <summary>Cancelled when the window that it runs on is taken back: it is to be stopped wherever it is, and told as <see cref="Cut"/>.</summary>
    public CancellationToken Revoked => Grant?.Revoked ?? CancellationToken.None;

    /// <summary>What its client hears when it is stopped.</summary>
    public Refusal Cut => Refusals.GrantRevoked(Grant!.Facts.GrantId, Grant.End);

    /// <summary>The same, as people approved it.</summary>
    internal Permit Approved(long? maxRows, ActiveGrant? grant) => new(OperationId, Operation, Standing, Least(MaxRows, maxRows))
    {
        Rules = Rules, RecordRows = RecordRows, Basis = new PermitBasis(RequestId, grant ?? Grant),
    };

    /// <summary>The same, by what policy and masks say of it by now.</summary>
    internal Permit By(Verdict now) => new(OperationId, Operation, now.Standing, Least(MaxRows, now.Decision.MaxRows))
    {
        Rules = now.Decision.Rules, RecordRows = now.Decision.RecordRows ?? 0, Basis = new PermitBasis(RequestId, now.Standing.Grant ?? Grant),
    };

    /// <summary>As many rows, of which as much is seen and recorded, on the same window.</summary>
    internal bool GivesTheSame(Permit other) =>
        MaxRows == other.MaxRows && RecordRows == other.RecordRows && Grant == other.Grant
        && Standing.Masks.AreSame(other.Standing.Masks) && Standing.RecordMasks.AreSame(other.Standing.RecordMasks);

    /// <summary>What gives the rows of another: as many, as many of them on record, and none once its window is taken back.</summary>
    internal Permit RowsOf(Permit other) => new(OperationId, Operation, Standing, Least(MaxRows, other.MaxRows))
    {
        Rules = Rules.Count > 0 ? Rules : other.Rules, RecordRows = Math.Max(RecordRows, other.RecordRows), Basis = Basis ?? (other.Grant is { } grant ? new PermitBasis(null, grant) : null),
    };

    internal static long? Least(long? one, long? other) => one is null || other < one ? other ?? one : one;
}

/// <summary>The request that was approved, the window that an operation runs on, or both.</summary>
internal sealed record PermitBasis(Guid? RequestId, ActiveGrant? Grant);

public enum RefusalCode
{
    Blocked, NotUnderstood, MaskedPredicate, Denied, Expired, Withdrawn,
    /// <summary>The grant that it ran on was taken back.</summary>
    Revoked,
    /// <summary>Withdrawn because the client itself cancelled the statement.</summary>
    Cancelled,
    NoPolicy, JournalUnavailable, ApprovalUnavailable, TooLarge, ProtocolNotAllowed, RowLimit, TargetUnavailable,
    AuthenticationFailed, UnknownTarget, Overloaded, Internal,
    /// <summary>What it would run is not there.</summary>
    NothingThere,
    /// <summary>Something else needs it as it is at this moment.</summary>
    InUse,
}

/// <summary>A refusal: the same facts in every protocol. Each text is one line.</summary>
/// <param name="Rule">The rule that decided, when one did.</param>
/// <param name="Message">What happened.</param>
/// <param name="Detail">Why.</param>
/// <param name="Hint">What to do next.</param>
public sealed record Refusal(
    RefusalCode Code, string? Rule, string Message, string Detail, string Hint, Guid? RequestId = null, string? Link = null);

/// <summary>An operation that waits for people.</summary>
public sealed class Hold
{
    internal Hold(Guid requestId, string link, DateTimeOffset expiresAt, string deciders, Task<GateAnswer> outcome, Func<string, ValueTask> withdraw) =>
        (RequestId, Link, ExpiresAt, Deciders, Outcome, this.withdraw) = (requestId, link, expiresAt, deciders, outcome, withdraw);

    private readonly Func<string, ValueTask> withdraw;

    public Guid RequestId { get; }
    public string Link { get; }
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Who decides, in words.</summary>
    public string Deciders { get; }

    /// <summary>Completes with a permit (already redeemed, journalled) or a refusal. Never faults, never a second hold.</summary>
    public Task<GateAnswer> Outcome { get; }

    /// <param name="cause"><c>cancelled</c>, <c>disconnected</c> or <c>shutdown</c>. Harmless after the outcome.</param>
    public ValueTask WithdrawAsync(string cause) => withdraw(cause);
}
