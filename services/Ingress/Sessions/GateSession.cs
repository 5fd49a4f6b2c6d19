using System.Text.Json;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Approvals;
using Hoop.Ingress.Approvals.Grants;
using Hoop.Ingress.Journal;
using Hoop.Ingress.Recordings;
using Hoop.Ingress.Snapshots;
using Hoop.Policy.Engine;

namespace Hoop.Ingress.Sessions;

/// <summary>One client's use of one target.</summary>
public sealed class GateSession
{
    private readonly SnapshotStore snapshots;
    private readonly HoldDesk holds;
    private readonly GrantDesk grants;
    private readonly GateOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly SessionJournal recorder;
    private readonly SessionRecordings recordings;
    private readonly TaskCompletionSource<SessionKill> killed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One reference, so that both directions of a connection always see roles and documents that belong together.
    private volatile Standing? standing;
    private long operations;
    private long owed;
    private bool awaitsCommit;
    private int ended;

    internal GateSession(
        AuthorizedTarget target, Principal principal, SnapshotStore snapshots, IJournal journal, HoldDesk holds, GrantDesk grants, RecordingDesk recordingDesk,
        GateOptions options, TimeProvider clock, ILogger logger)
    {
        (Target, Principal, this.snapshots, this.holds, this.grants, this.options, this.clock, this.logger) = (target, principal, snapshots, holds, grants, options, clock, logger);
        Id = Guid.CreateVersion7(clock.GetUtcNow()).ToString("n");
        recorder = new SessionJournal(Id, journal, clock);
        recordings = new SessionRecordings(recordingDesk, recorder, journal, clock);
    }

    internal Action<GateSession>? Ended { get; init; }

    public string Id { get; }
    public Principal Principal { get; }
    public AuthorizedTarget Target { get; }

    /// <summary>Completes when somebody ends the session; never otherwise. The protocol tells the client.</summary>
    public Task<SessionKill> Killed => killed.Task;

    /// <summary>What this principal is under the newest documents.</summary>
    internal Standing Standing
    {
        get
        {
            // Once a session is open there always is a snapshot: a swap never goes back to none.
            var snapshot = snapshots.Current!;
            var open = grants.Book.Current;
            var known = standing;
            return known is not null && ReferenceEquals(known.Snapshot, snapshot) && ReferenceEquals(known.Seen, open) ? known : Renew(known, snapshot, open);
        }
    }

    private Standing Renew(Standing? known, HoopSnapshot snapshot, GrantList open)
    {
        var roles = open.RolesOf(Principal.Id, Target.Name);
        if (known is not null && ReferenceEquals(known.Snapshot, snapshot) && (known.Windows?.AreOf(roles) ?? roles.Length == 0))
        {
            // Windows of others came or went.
            known.Seen = open;
            return known;
        }
        var renewed = new Standing(snapshot, Principal, Target.Name) { Windows = RoleWindows.Of(grants.Book, roles, snapshot, Principal, Target.Name), Seen = open };
        standing = renewed;
        return renewed;
    }

    /// <summary>By what the principal is by itself, or by what windows make of it.</summary>
    private Verdict Judge(OperationFacts facts)
    {
        var current = Standing;
        var verdict = current.Judge(facts);
        return current.Windows is null ? verdict : current.Windows.Better(verdict, facts);
    }

    internal async ValueTask StartAsync(ClientInfo client, string protocol, HoopSnapshot snapshot, CancellationToken cancel)
    {
        var start = new EventPayloads.Start(Principal, Target.Name, protocol, client, snapshot.Document.Version, options.IngressId);
        await recorder.AppendAsync(EventKinds.SessionStarted, start, EventPayloads.SessionStarted, Durability.Written, cancel);
        logger.SessionStarted(Id, Principal.Id, Target.Name);
    }

    /// <summary>Decides and journals, after a wait where Audit does not keep up. What it permits may be forwarded once <see cref="DurableAsync"/> has been awaited.</summary>
    public ValueTask<GateAnswer> AskAsync(Operation operation, CancellationToken cancel)
    {
        var pace = PaceAsync(cancel);
        return pace.IsCompletedSuccessfully ? Ask(operation, cancel) : AskAfterAsync(pace, operation, cancel);
    }

    private async ValueTask<GateAnswer> AskAfterAsync(ValueTask pace, Operation operation, CancellationToken cancel)
    {
        await pace;
        return await Ask(operation, cancel);
    }

    /// <summary>Once for each statement: completes when Audit keeps up with what they bring, at once nearly always.</summary>
    private ValueTask PaceAsync(CancellationToken cancel) => recorder.Wait is { Ticks: > 0 } wait ? new ValueTask(Task.Delay(wait, clock, cancel)) : default;

    private ValueTask<GateAnswer> Ask(Operation operation, CancellationToken cancel)
    {
        try
        {
            cancel.ThrowIfCancellationRequested();
            var verdict = Judge(operation.Facts);
            return verdict.Decision.Outcome == DecisionOutcome.Allow
                ? new ValueTask<GateAnswer>(Permit(NextId(), operation, verdict))
                : DisallowAsync(operation, verdict, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new ValueTask<GateAnswer>(Failed(e));
        }
    }

    /// <summary>Refuses, and journals, what would be refused whenever it ran; null: ask when it is to run.</summary>
    /// <param name="runs">Some of it would run before anybody could agree to it: what would be held is refused, too.</param>
    public ValueTask<Refusal?> ForeseeAsync(Operation operation, bool runs, CancellationToken cancel)
    {
        try
        {
            var verdict = Judge(operation.Facts);
            return verdict.Decision.Outcome == DecisionOutcome.Block || runs && verdict.Decision.Outcome == DecisionOutcome.Hold ? RefusalAsync(operation, verdict, cancel) : default;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new ValueTask<Refusal?>(Failed(e));
        }
    }

    /// <summary>
    /// To be awaited before bytes of permitted operations leave for the target: completes when all that were permitted so far, pure
    /// reads aside, are on the journal's disk. Costs nothing when they are.
    /// </summary>
    /// <exception cref="JournalUnavailableException">They cannot be: nothing of them may be forwarded.</exception>
    public ValueTask DurableAsync(CancellationToken cancel)
    {
        var place = Volatile.Read(ref owed);
        return place == 0 ? default : recorder.DurableAsync(place, cancel);
    }

    /// <summary>Journals how a permitted operation ended: in the page cache when this returns.</summary>
    public void Complete(Permit permit, OperationResult result)
    {
        try
        {
            recorder.Append(EventKinds.OperationCompleted, new EventPayloads.Completed(permit, result), EventPayloads.OperationCompleted);
            if (permit.RequestId is not null || permit.Grant is not null) holds.TellEnd(permit, result);
        }
        catch (JournalUnavailableException e)
        {
            // The operation has run; what can still be refused is the next one.
            logger.JournalRefused(Id, e.Message);
        }
    }

    /// <summary>Takes the rows of one of an operation's results; null when no rule wants them.</summary>
    internal ResultRecording? RecordRows(Permit permit, int statement, IReadOnlyList<RecordedColumn> columns, RowWriter write) =>
        permit.RecordRows is > 0 and var rows ? new ResultRecording(recordings, permit.OperationId, statement, columns, write, rows, permit.Standing.RecordMasks.Detectors) : null;

    /// <summary>Journals what the target said besides results.</summary>
    /// <param name="permit">What it was said to; null: nothing.</param>
    internal void Notice(Permit? permit, SessionNotice notice)
    {
        try
        {
            recorder.Append(EventKinds.OperationNotice, new EventPayloads.Noticed(permit?.OperationId, notice), EventPayloads.OperationNotice);
        }
        catch (JournalUnavailableException e)
        {
            logger.JournalRefused(Id, e.Message);
        }
    }

    /// <summary>Journals who ends the session and why, and has it ended.</summary>
    /// <returns>False: it has ended already, or is being ended.</returns>
    /// <exception cref="JournalUnavailableException">It could not be recorded, so it was not done.</exception>
    internal async ValueTask<bool> KillAsync(SessionKill kill, CancellationToken cancel)
    {
        if (Volatile.Read(ref ended) != 0 || killed.Task.IsCompleted) return false;
        await recorder.AppendAsync(EventKinds.SessionKilled, kill, EventPayloads.SessionKilled, Durability.Synced, cancel);
        logger.SessionKilled(Id, kill.ById);
        return killed.TrySetResult(kill);
    }

    /// <summary>Journals the end. Idempotent.</summary>
    /// <param name="cause"><c>client closed</c>, <c>target closed</c>, <c>protocol error: …</c>, <c>shutdown</c>, …</param>
    public async ValueTask EndAsync(string cause)
    {
        if (Interlocked.Exchange(ref ended, 1) != 0) return;
        try
        {
            // Nothing may follow the end.
            await recordings.DrainedAsync();
            await recorder.AppendAsync(EventKinds.SessionEnded, cause, EventPayloads.SessionEnded, Durability.Synced);
        }
        catch (JournalUnavailableException e)
        {
            logger.JournalRefused(Id, e.Message);
        }
        logger.SessionEnded(Id, cause);
        Ended?.Invoke(this);
    }

    /// <summary>True when a permit that was not used yet is as good as a new one.</summary>
    internal bool IsCurrent(Permit permit) =>
        ReferenceEquals(Standing, permit.Standing) || permit.RequestId is not null && Renewed(permit) is { } now && now.GivesTheSame(permit);

    /// <summary>The permit as the newest documents would give it, masks and all; null: they do not ask for just this approval any more.</summary>
    internal Permit? Renewed(Permit permit)
    {
        if (ReferenceEquals(Standing, permit.Standing)) return permit;
        var verdict = Judge(permit.Operation.Facts);
        var now = verdict.Decision;
        var then = permit.Standing.Judge(permit.Operation.Facts).Decision;
        return now.Outcome == DecisionOutcome.Allow
            || now.Outcome == DecisionOutcome.Hold && now.Rules.SequenceEqual(then.Rules) && now.MaxRows == then.MaxRows && Demands(now) == Demands(then)
            ? permit.By(verdict) : null;

        // A rule may keep its name and ask for more people. Records hold lists, which compare by reference; their text compares by what it says.
        static string Demands(Decision decision) => JsonSerializer.Serialize(decision.Approval?.Requirements);
    }

    internal ValueTask RecordHoldAsync(Permit permit, ApprovalResolved resolved) => recorder.AppendAsync(
        EventKinds.HoldResolved,
        new EventPayloads.Resolved(permit.OperationId, resolved.RequestId, resolved.Outcome.ToString().ToLowerInvariant(), resolved.DecidedBy, resolved.Reason),
        EventPayloads.HoldResolved, Durability.Synced);

    private long NextId() => Interlocked.Increment(ref operations);

    private Permit Permit(long id, Operation operation, Verdict verdict)
    {
        if (verdict.Standing.Grant is { } grant) return PermitOn(grant, id, operation, verdict);
        var place = Record(new EventPayloads.Decided(id, operation, "allow", verdict));
        Owe(place, operation, verdict);
        return new Permit(id, operation, verdict.Standing, verdict.Decision.MaxRows) { Rules = verdict.Decision.Rules, RecordRows = verdict.Decision.RecordRows ?? 0 };
    }

    /// <summary>
    /// What writes is on the disk before it leaves; in an open transaction, before the COMMIT leaves that makes it last: until then it is as
    /// good as a read, and a power cut that takes it from the journal ends its transaction too.
    /// </summary>
    private void Owe(long place, Operation operation, Verdict verdict)
    {
        if (operation.AwaitsCommit && verdict.IsUndone)
        {
            awaitsCommit |= verdict.MustBeDurable;
            return;
        }
        if (!verdict.MustBeDurable && !awaitsCommit) return;
        awaitsCommit = false;
        Volatile.Write(ref owed, place);
    }

    /// <summary>It runs on a window: that is on the disk before anything of it leaves, and counted.</summary>
    private Permit PermitOn(ActiveGrant grant, long id, Operation operation, Verdict verdict)
    {
        Volatile.Write(ref owed, Record(new EventPayloads.Decided(id, operation, "allow", verdict, GrantId: grant.Facts.GrantId)));
        grants.Uses.Count(grant);
        return new Permit(id, operation, verdict.Standing, Sessions.Permit.Least(verdict.Decision.MaxRows, grant.Facts.MaxRows))
        {
            Rules = verdict.Decision.Rules, RecordRows = verdict.Decision.RecordRows ?? 0, Basis = new PermitBasis(null, grant),
        };
    }

    /// <summary>What a redeemed approval lets run, under the documents of now.</summary>
    internal GateAnswer Redeemed(Permit waited, ApprovalRedeemed redeemed, string link)
    {
        if (Renewed(waited) is not { } permit) return Refusals.PolicyChanged(redeemed.RequestId, link);
        if (redeemed.Grant is not { } window) return permit.Approved(redeemed.MaxRows, null);
        // Taken back since it was redeemed: what ran on it would be cut.
        if (grants.Book.EndOf(window.GrantId) is { Cause: ActiveGrant.Causes.Revoked } end) return Refusals.GrantRevoked(window.GrantId, end);
        var grant = grants.Book.Open(window);
        if (grant is not null) grants.Uses.Count(grant);
        return permit.Approved(redeemed.MaxRows, grant);
    }

    private async ValueTask<GateAnswer> DisallowAsync(Operation operation, Verdict verdict, CancellationToken cancel, bool mayHold = true)
    {
        try
        {
            return mayHold && verdict.Decision.Outcome == DecisionOutcome.Hold && !LacksReason(operation, verdict.Decision)
                ? await HoldAsync(NextId(), operation, verdict, cancel)
                : await RefuseAsync(NextId(), operation, verdict, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Failed(e);
        }
    }

    private async ValueTask<Refusal?> RefusalAsync(Operation operation, Verdict verdict, CancellationToken cancel)
    {
        await PaceAsync(cancel);
        return (await DisallowAsync(operation, verdict, cancel, mayHold: false)).Refusal;
    }

    private async ValueTask<GateAnswer> RefuseAsync(long id, Operation operation, Verdict verdict, CancellationToken cancel)
    {
        await RecordDurablyAsync(new EventPayloads.Decided(id, operation, "block", verdict), cancel);
        // What could be held comes here for want of a reason, or because it would not wait.
        if (verdict.Decision.Outcome == DecisionOutcome.Hold) return LacksReason(operation, verdict.Decision) ? Refusals.ReasonMissing(verdict.Decision) : Refusals.RunsBefore(verdict.Decision);
        // A slip is a slip, whatever else cannot be said of such a text.
        if (operation.Facts.Unreadable is { } unreadable) return Refusals.Unreadable(verdict.Decision, unreadable);
        if (verdict.Objection is { } objection) return Refusals.MaskedPredicate(objection);
        return operation.Facts.Understood ? Refusals.Blocked(verdict.Decision) : Refusals.NotUnderstood(verdict.Decision);
    }

    private static bool LacksReason(Operation operation, Decision decision) =>
        operation.Justification?.Reason is null && decision.Approval is { } asked && asked.Requirements.Any(requirement => requirement.NeedsJustification);

    private async ValueTask<GateAnswer> HoldAsync(long id, Operation operation, Verdict verdict, CancellationToken cancel)
    {
        if (verdict.Objection is null
            && grants.Book.Find(Principal.Id, Target.Name, operation, verdict.Decision.Rules, verdict.Standing.Snapshot.Document.Version) is { } grant)
            return PermitOn(grant, id, operation, verdict);
        var request = HoldRequests.Create(this, operation, verdict.Standing.Snapshot, verdict.Decision, options.IngressId, clock.GetUtcNow());
        await RecordDurablyAsync(new EventPayloads.Decided(id, operation, "hold", verdict, request.RequestId, request.ExpiresAt), cancel);
        var link = new Uri(options.PortalUrl, $"/requests/{request.RequestId}").ToString();
        logger.HoldOpened(Id, request.RequestId);
        var permit = new Permit(id, operation, verdict.Standing, verdict.Decision.MaxRows) { Rules = verdict.Decision.Rules, Basis = new PermitBasis(request.RequestId, verdict.Standing.Grant), RecordRows = verdict.Decision.RecordRows ?? 0 };
        return await holds.OpenAsync(request, link, permit, this, cancel);
    }

    private long Record(in EventPayloads.Decided decided) => recorder.Append(EventKinds.OperationDecided, decided, EventPayloads.OperationDecided);

    /// <summary>Nothing will be flushed to the target that could wait for it: so it is waited for here.</summary>
    private ValueTask RecordDurablyAsync(in EventPayloads.Decided decided, CancellationToken cancel)
    {
        var place = Record(decided);
        return decided.Verdict.MustBeDurable ? recorder.DurableAsync(place, cancel) : default;
    }

    /// <summary>An error while deciding is a refusal, never a pass.</summary>
    private Refusal Failed(Exception error)
    {
        if (error is JournalUnavailableException unavailable)
        {
            logger.JournalRefused(Id, error.Message);
            return Refusals.JournalUnavailable(unavailable);
        }
        logger.DecidingFailed(error, Id);
        return Refusals.DecidingFailed();
    }
}
