using Hoop.Contracts.Approvals;
using Hoop.Ingress.Journal;
using Hoop.Ingress.Sessions;

namespace Hoop.Ingress.Approvals;

/// <summary>One operation that waits. The first of decision, expiry and withdrawal wins; an approval is redeemed before it is believed.</summary>
internal sealed class OpenHold(
    ApprovalRequested request, string link, Permit permit, GateSession session, IApprovals approvals, TimeProvider clock, ILogger logger)
{
    /// <summary>Approval expires requests itself; Ingress only stops waiting for one that never does.</summary>
    private static readonly TimeSpan ExpiryGrace = TimeSpan.FromSeconds(5);

    private const string Using = "using";

    private readonly TaskCompletionSource<ApprovalResolved> resolved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource over = new();

    private volatile bool approved;

    /// <summary>Why the client left after the decision, or <see cref="Using"/>: whichever came first.</summary>
    private string? left;
    private int looking;

    internal ApprovalRequested Request => request;

    internal void Resolve(ApprovalResolved decision)
    {
        approved |= decision.Outcome == ApprovalOutcome.Approved;
        resolved.TrySetResult(decision);
    }

    /// <summary>Harmless once an approval is being used: then the caller finds out from the outcome.</summary>
    internal async ValueTask WithdrawAsync(string cause)
    {
        // Approved, but not used yet: it stays for whoever asks the same again, unless the client does not want it any more.
        var first = resolved.TrySetResult(Ended(ApprovalOutcome.Withdrawn, cause));
        if (first || approved && Interlocked.CompareExchange(ref left, cause, null) is null) await PublishWithdrawalAsync(cause);
    }

    /// <summary>One look at a time; whoever asks during one gets its result.</summary>
    internal void StartPreview()
    {
        if (permit.Operation.Insight is not { } insight || Interlocked.Exchange(ref looking, 1) != 0) return;
        // Not on the session's loop: nothing of the client's waits for this.
        _ = Task.Run(() => PreviewAsync(insight));
    }

    internal async Task<GateAnswer> OutcomeAsync()
    {
        try
        {
            var decision = await DecisionAsync();
            logger.HoldEnded(session.Id, request.RequestId, decision.Outcome.ToString());
            if (decision.Outcome == ApprovalOutcome.Approved) return await RedeemAsync(decision);
            await session.RecordHoldAsync(permit, decision);
            return Refusals.Of(decision, request.RequestId, link);
        }
        catch (JournalUnavailableException e)
        {
            return Refusals.JournalUnavailable(e);
        }
        catch (Exception e)
        {
            // It may be used all the same, by a message that arrives later; then nothing runs on it.
            logger.HoldFailed(e, request.RequestId);
            return await NotAnsweredAsync("the approval service does not answer");
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private async Task<GateAnswer> NotAnsweredAsync(string why)
    {
        try
        {
            await session.RecordHoldAsync(permit, Ended(ApprovalOutcome.Withdrawn, why));
            NotRun(why);
            return Refusals.NotRedeemed(request.RequestId, link, why);
        }
        catch (JournalUnavailableException e)
        {
            return Refusals.JournalUnavailable(e);
        }
    }

    private async Task<ApprovalResolved> DecisionAsync()
    {
        try
        {
            var left = request.ExpiresAt + ExpiryGrace - clock.GetUtcNow();
            return await resolved.Task.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
        }
        catch (TimeoutException)
        {
            resolved.TrySetResult(Ended(ApprovalOutcome.Expired, "nobody decided in time"));
            return await resolved.Task;
        }
    }

    /// <summary>An approval is recorded and believed only once it was redeemed.</summary>
    private async Task<GateAnswer> RedeemAsync(ApprovalResolved approved)
    {
        if (session.Renewed(permit) is null)
        {
            await session.RecordHoldAsync(permit, approved with { Outcome = ApprovalOutcome.Withdrawn, Reason = "the policy changed" });
            await PublishWithdrawalAsync("policy changed");
            return Refusals.PolicyChanged(request.RequestId, link);
        }
        if (Interlocked.CompareExchange(ref left, Using, null) is { } cause)
        {
            var gone = approved with { Outcome = ApprovalOutcome.Withdrawn, Reason = cause };
            await session.RecordHoldAsync(permit, gone);
            return Refusals.Of(gone, request.RequestId, link);
        }
        var redeemed = await approvals.RedeemAsync(new RedeemApproval(request.RequestId, request.IngressId, request.BoundTo), CancellationToken.None);
        if (!redeemed.Granted)
        {
            await session.RecordHoldAsync(permit, approved with { Outcome = ApprovalOutcome.Withdrawn, Reason = redeemed.Message });
            return Refusals.NotRedeemed(request.RequestId, link, redeemed.Message);
        }
        await session.RecordHoldAsync(permit, approved);
        var answer = session.Redeemed(permit, redeemed, link);
        if (answer.Refusal is { } refusal) NotRun(refusal.Message);
        return answer;
    }

    /// <summary>Those who approved it and whoever reads the record may think that it did.</summary>
    private void NotRun(string why) => session.Complete(permit, new OperationResult(false, $"not run: {why}", 0, 0, TimeSpan.Zero, []));

    private ApprovalResolved Ended(ApprovalOutcome outcome, string reason) =>
        new(request.RequestId, request.IngressId, outcome, [], reason, clock.GetUtcNow());

    private async Task PublishWithdrawalAsync(string cause)
    {
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10), clock);
            await approvals.WithdrawAsync(new ApprovalWithdrawn(request.RequestId, cause, clock.GetUtcNow()), deadline.Token);
        }
        catch (Exception e)
        {
            // The request then expires by itself; its approval could not be redeemed anyway, since nothing waits for it.
            logger.WithdrawalNotDelivered(request.RequestId, e.GetType().Name);
        }
    }

    private async Task PreviewAsync(OperationInsight insight)
    {
        try
        {
            var result = await insight.PreviewAsync(over.Token);
            await approvals.PreviewAsync(new ApprovalPreviewed(request.RequestId, result.EstimatedRows, result.Plan) { Details = result.Details }, over.Token);
        }
        catch (OperationCanceledException)
        {
            // Decided before the answer came.
        }
        catch (Exception e)
        {
            logger.PreviewFailed(request.RequestId, e.GetType().Name);
        }
        finally
        {
            Volatile.Write(ref looking, 0);
        }
    }
}
