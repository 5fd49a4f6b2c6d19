using Hoop.Approval.Outbox;
using Hoop.Approval.Saga;
using Hoop.Approval.Storage;
using Hoop.Contracts.Approvals;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Grants;

/// <summary>What the saga does about grants, in the message's one transaction.</summary>
internal static class GrantVerbs
{
    /// <summary>Longer than an Ingress that lives takes to use an approval; after it, whoever retries may.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <summary>Opens the window that the approvers agreed on, if any.</summary>
    public static EventActivityBinder<ApprovalState, CastVote> OpenWindow(this EventActivityBinder<ApprovalState, CastVote> step) => step.Then(x =>
    {
        if (GrantRules.Window(x.Saga) is not { } window) return;
        x.Db().Grants.Add(new GrantState { Id = window.GrantId, Facts = window, ExpiresAt = window.ExpiresAt, PolicyVersion = window.PolicyVersion });
        x.Db().Enqueue(window, x.Now());
        x.Record("grant-opened", GrantWording.Of(window.Scope), detail: $"until {window.ExpiresAt:O}");
    });

    /// <summary>
    /// The same operation of the same principal was approved before and never ran: its client or its Ingress was lost. This request
    /// takes that approval over; the row's lock sees to it that only one does.
    /// </summary>
    public static EventActivityBinder<ApprovalState, ApprovalRequested> TakeOver(this EventActivityBinder<ApprovalState, ApprovalRequested> step) => step.ThenAsync(async x =>
    {
        var (saga, now) = (x.Saga, x.Now());
        var unused = await x.Db().Approvals.FromSql(
            $"""
            SELECT * FROM approvals
            WHERE bound_to = {saga.BoundTo} AND requester_id = {saga.RequesterId} AND state = 'Approved' AND expires_at > {now}
              AND (client_lost_at IS NOT NULL OR resolved_at < {now - Grace})
            ORDER BY resolved_at LIMIT 1 FOR UPDATE
            """).SingleOrDefaultAsync(x.CancellationToken);
        if (unused is null) return;
        (unused.CurrentState, unused.EndedAt, unused.PassedTo) = (nameof(ApprovalMachine.Used), now, saga.CorrelationId);
        (saga.TakenFrom, saga.Votes) = (unused.CorrelationId, unused.Votes);
        if (unused.ExpiresAt < saga.ExpiresAt) saga.ExpiresAt = unused.ExpiresAt;
        x.Db().Decisions.Add(new DecisionEntry { RequestId = unused.CorrelationId, At = now, Kind = "passed-on", Code = "used", Detail = saga.CorrelationId.ToString() });
        x.Record("taken-over", "approved", detail: unused.CorrelationId.ToString());
    });

    public static bool TookOver(this BehaviorContext<ApprovalState, ApprovalRequested> x) => x.Saga.TakenFrom is not null;

    /// <summary>The client did not change its mind, it was lost.</summary>
    public static bool ClientIsLost(this BehaviorContext<ApprovalState, ApprovalWithdrawn> x) => x.Message.Cause is "disconnected" or "shutdown" or "crash";

    /// <summary>The approval waits for the same operation to be asked again.</summary>
    public static EventActivityBinder<ApprovalState, ApprovalWithdrawn> WaitForRetry(this EventActivityBinder<ApprovalState, ApprovalWithdrawn> step) => step.Then(x =>
    {
        if (x.Saga.ClientLostAt is not null) return;
        x.Saga.ClientLostAt = x.Now();
        x.Record("client-lost", x.Message.Cause);
    });

    /// <summary>How the approved operation ended, for those who approved it.</summary>
    public static EventActivityBinder<ApprovalState, ApprovedOperationEnded> NoteEnd(this EventActivityBinder<ApprovalState, ApprovedOperationEnded> step) => step.Then(x =>
    {
        var said = x.Message;
        // Of a window's many operations the approvers hear of those that broke the limit.
        if (x.Saga.Result is not null && said.OverLimit is null) return;
        x.Saga.Result = said;
        x.Record("ran", said.OverLimit is not null ? "over-limit" : said.Succeeded ? "succeeded" : "failed", detail: said.Status);
    });
}
