using Hoop.Contracts.Approvals;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Approvals;
using Hoop.Ingress.Journal;
using Hoop.Ingress.Snapshots;
using Hoop.Policy.Engine;

namespace Hoop.Ingress.Sessions;

/// <summary>One client's use of one target.</summary>
public sealed class GateSession
{
    private readonly SnapshotStore snapshots;
    private readonly HoldDesk holds;
    private readonly GateOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly SessionJournal recorder;

    // One reference, so that both directions of a connection always see roles and documents that belong together.
    private volatile Standing? standing;
    private volatile Task owed = Task.CompletedTask;
    private long operations;
    private int ended;

    internal GateSession(
        AuthorizedTarget target, Principal principal, SnapshotStore snapshots, IJournal journal, HoldDesk holds,
        GateOptions options, TimeProvider clock, ILogger logger)
    {
        (Target, Principal, this.snapshots, this.holds, this.options, this.clock, this.logger) = (target, principal, snapshots, holds, options, clock, logger);
        Id = Guid.CreateVersion7(clock.GetUtcNow()).ToString("n");
        recorder = new SessionJournal(Id, journal, clock);
    }

    internal Action<GateSession>? Ended { get; init; }

    public string Id { get; }
    public Principal Principal { get; }
    public AuthorizedTarget Target { get; }

    /// <summary>The newest documents and this principal's roles under them.</summary>
    public (HoopSnapshot Snapshot, IReadOnlyList<string> Roles) Current
    {
        get
        {
            // Once a session is open there always is a snapshot: a swap never goes back to none.
            var snapshot = snapshots.Current!;
            var known = standing;
            if (known is null || !ReferenceEquals(known.Snapshot, snapshot)) standing = known = new Standing(snapshot, snapshot.Policy.RolesOf(Principal));
            return (known.Snapshot, known.Roles);
        }
    }

    internal async ValueTask StartAsync(ClientInfo client, string protocol, HoopSnapshot snapshot, CancellationToken cancel)
    {
        var payload = EventPayloads.SessionStarted(Principal, Target.Name, protocol, client, snapshot.Document.Version, options.IngressId);
        await recorder.AppendAsync(EventKinds.SessionStarted, payload, Durability.Written, cancel);
        logger.SessionStarted(Id, Principal.Id, Target.Name);
    }

    /// <summary>Decides and journals. What it permits may be forwarded once <see cref="DurableAsync"/> has been awaited.</summary>
    public async ValueTask<GateAnswer> AskAsync(Operation operation, CancellationToken cancel)
    {
        var id = Interlocked.Increment(ref operations);
        try
        {
            var (snapshot, roles) = Current;
            var (decision, objected) = Judge(operation.Facts, snapshot, roles);
            return decision.Outcome switch
            {
                DecisionOutcome.Hold => await HoldAsync(id, operation, snapshot, decision, cancel),
                _ => await SettleAsync(id, operation, snapshot, decision, objected, cancel),
            };
        }
        catch (JournalUnavailableException e)
        {
            logger.JournalRefused(Id, e.Message);
            return Refusals.JournalUnavailable();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // An error while deciding is a refusal, never a pass.
            logger.DecidingFailed(e, Id);
            return new Refusal(RefusalCode.Internal, null, "deciding about the statement failed, so it is refused",
                "An internal error was recorded in the gateway's log.", "Tell an administrator; the connection stays usable.");
        }
    }

    /// <summary>
    /// To be awaited before bytes of permitted operations leave for the target: completes when all that were permitted so far, pure
    /// reads aside, are on the journal's disk. Costs nothing when they are.
    /// </summary>
    /// <exception cref="JournalUnavailableException">They cannot be: nothing of them may be forwarded.</exception>
    public ValueTask DurableAsync(CancellationToken cancel) => owed.IsCompletedSuccessfully ? default : new ValueTask(owed.WaitAsync(cancel));

    /// <summary>Journals how a permitted operation ended. Ordered with the session's other events; the answer does not wait for it.</summary>
    public void Complete(Permit permit, OperationResult result) => _ = RecordCompletionAsync(permit, result);

    private async Task RecordCompletionAsync(Permit permit, OperationResult result)
    {
        try
        {
            await recorder.AppendAsync(EventKinds.OperationCompleted, EventPayloads.OperationCompleted(permit.OperationId, result), Durability.Written, CancellationToken.None);
        }
        catch (JournalUnavailableException e)
        {
            // The operation has run; what can still be refused is the next one.
            logger.JournalRefused(Id, e.Message);
        }
    }

    /// <summary>Journals the end. Idempotent.</summary>
    /// <param name="cause"><c>client closed</c>, <c>target closed</c>, <c>protocol error: …</c>, <c>shutdown</c>, …</param>
    public async ValueTask EndAsync(string cause)
    {
        if (Interlocked.Exchange(ref ended, 1) != 0) return;
        try
        {
            await recorder.AppendAsync(EventKinds.SessionEnded, EventPayloads.SessionEnded(cause), Durability.Synced, CancellationToken.None);
        }
        catch (JournalUnavailableException e)
        {
            logger.JournalRefused(Id, e.Message);
        }
        logger.SessionEnded(Id, cause);
        Ended?.Invoke(this);
    }

    /// <summary>Refuses, and journals, what would be refused whenever it ran; null: ask when it is to run.</summary>
    public async ValueTask<Refusal?> ForeseeAsync(Operation operation, CancellationToken cancel)
    {
        try
        {
            var (snapshot, roles) = Current;
            var (decision, objected) = Judge(operation.Facts, snapshot, roles);
            if (decision.Outcome != DecisionOutcome.Block) return null;
            return (await SettleAsync(Interlocked.Increment(ref operations), operation, snapshot, decision, objected, cancel)).Refusal;
        }
        catch (JournalUnavailableException e)
        {
            logger.JournalRefused(Id, e.Message);
            return Refusals.JournalUnavailable();
        }
    }

    /// <summary>Policy and masks together; the strictest wins.</summary>
    private (Decision Decision, Masking.Engine.MaskObjection? Objection) Judge(OperationFacts facts, HoopSnapshot snapshot, IReadOnlyList<string> roles)
    {
        var decision = snapshot.Policy.Decide(roles, Target.Name, facts);
        if (decision.Outcome == DecisionOutcome.Block || facts.ColumnUses.Count == 0) return (decision, null);
        if (snapshot.Masks.For(Target.Name, roles).Judge(facts.ColumnUses) is not { } objection) return (decision, null);
        if (objection.Rule != PredicateRule.Approve)
            return (decision with { Outcome = DecisionOutcome.Block, Rules = [objection.Mask], Why = objection.Why }, objection);
        var approval = decision.Approval ?? MaskApproval.Of(snapshot.Document, objection.Mask);
        return (decision with { Outcome = DecisionOutcome.Hold, Rules = [.. decision.Rules, objection.Mask], Why = objection.Why, Approval = approval }, objection);
    }

    private async ValueTask<GateAnswer> SettleAsync(
        long id, Operation operation, HoopSnapshot snapshot, Decision decision, Masking.Engine.MaskObjection? objection, CancellationToken cancel)
    {
        var allowed = decision.Outcome == DecisionOutcome.Allow;
        var recorded = RecordDecisionAsync(id, operation, allowed ? "allow" : "block", decision, snapshot, null, null, cancel);
        // Its place in the journal is taken, or refused, by now; a permit's bytes wait for the disk where they leave.
        if (!allowed || recorded.IsCompleted) await recorded;
        else owed = recorded.AsTask();
        if (allowed) return new Permit(id, operation, snapshot, decision.MaxRows) { Rules = decision.Rules };
        if (objection is not null) return Refusals.MaskedPredicate(objection);
        return operation.Facts.Understood ? Refusals.Blocked(decision) : Refusals.NotUnderstood(decision);
    }

    private async ValueTask<GateAnswer> HoldAsync(long id, Operation operation, HoopSnapshot snapshot, Decision decision, CancellationToken cancel)
    {
        var request = HoldRequests.Create(this, operation, snapshot, decision, options.IngressId, clock.GetUtcNow());
        await RecordDecisionAsync(id, operation, "hold", decision, snapshot, request.RequestId, request.ExpiresAt, cancel);
        var link = new Uri(options.PortalUrl, $"/requests/{request.RequestId}").ToString();
        logger.HoldOpened(Id, request.RequestId);
        var permit = new Permit(id, operation, snapshot, decision.MaxRows) { Rules = decision.Rules, RequestId = request.RequestId };
        return await holds.OpenAsync(request, link, permit, this, cancel);
    }

    /// <summary>True when the newest policy still asks for just this approval.</summary>
    internal bool StillFits(Permit permit)
    {
        var (snapshot, roles) = Current;
        if (ReferenceEquals(snapshot, permit.Snapshot)) return true;
        var (now, _) = Judge(permit.Operation.Facts, snapshot, roles);
        var (then, _) = Judge(permit.Operation.Facts, permit.Snapshot, permit.Snapshot.Policy.RolesOf(Principal));
        return now.Outcome == DecisionOutcome.Allow
            || now.Outcome == DecisionOutcome.Hold && now.Rules.SequenceEqual(then.Rules) && now.MaxRows == then.MaxRows;
    }

    internal ValueTask RecordHoldAsync(Permit permit, ApprovalResolved resolved) => recorder.AppendAsync(
        EventKinds.HoldResolved,
        EventPayloads.HoldResolved(permit.OperationId, resolved.RequestId, resolved.Outcome.ToString().ToLowerInvariant(), resolved.DecidedBy, resolved.Reason),
        Durability.Synced, CancellationToken.None);

    /// <summary>Which of them is compared with the masked column is not known, so none is recorded.</summary>
    private static string?[] Hidden(IReadOnlyList<string?> values) => [.. values.Select(value => value is null ? null : "***")];

    private ValueTask RecordDecisionAsync(
        long id, Operation operation, string outcome, Decision decision, HoopSnapshot snapshot, Guid? requestId, DateTimeOffset? expiresAt, CancellationToken cancel)
    {
        // Recordings are read by more people than the statement's author: masks count as for somebody without any role.
        var masks = snapshot.Masks.For(Target.Name, []);
        var recorded = operation.BindValues.Count > 0 && operation.Facts.ColumnUses.Any(use => masks.ForBaseColumn(use.Column) is not null) ? operation with { BindValues = Hidden(operation.BindValues) } : operation;
        var payload = EventPayloads.OperationDecided(id, recorded, outcome, decision, snapshot.Document.Version, requestId, expiresAt, masks.Detectors);
        var pureRead = (operation.Facts.Effects & ~Effects.Read) == 0;
        return recorder.AppendAsync(EventKinds.OperationDecided, payload, pureRead ? Durability.Written : Durability.Synced, cancel);
    }

    /// <summary>What the principal is under one version of the documents.</summary>
    private sealed record Standing(HoopSnapshot Snapshot, IReadOnlyList<string> Roles);
}
