using Hoop.Approval.Http;
using Hoop.Approval.Outbox;
using Hoop.Approval.Saga;
using Hoop.Approval.Storage;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Grants;

/// <summary>Takes grants back: one transaction that locks the request first, as the saga does, so that a use is before it or refused.</summary>
internal sealed class Revoking(IDbContextFactory<ApprovalDb> databases, OnRecord record, TimeProvider clock)
{
    public const string Kind = "grant.revoke";

    public static readonly Refusal NotFound = new("not-found", "There is no such grant. Check the id, or list the grants you may see.");

    /// <summary>Null: it is revoked. On record by whichever door it came.</summary>
    public Task<Refusal?> RevokeAsync(Guid id, Principal by, string? reason, CancellationToken cancel) => record.DoAsync(
        Kind, "grant", id, by, reason, () => TryRevokeAsync(id, by, reason, cancel), refusal => Ending.Of(refusal is null, refusal?.Code ?? GrantState.Revoked), OnRecord.NotRecorded);

    private async Task<Refusal?> TryRevokeAsync(Guid id, Principal by, string? reason, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(reason)) return new("reason-needed", "Say why you revoke it: whom it was for will read it.");
        if (reason.Length > VoteRules.MaxReasonLength) return new("reason-too-long", $"The reason is longer than {VoteRules.MaxReasonLength} characters. Shorten it.");
        var now = Now();
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var approval = await db.Approvals.FromSql($"SELECT * FROM approvals WHERE id = {id} FOR UPDATE").SingleOrDefaultAsync(cancel);
        if (approval is not { Outcome: ApprovalOutcome.Approved }) return NotFound;
        var window = await db.Grants.FromSql($"SELECT * FROM grants WHERE id = {id} FOR UPDATE").SingleOrDefaultAsync(cancel);
        var state = new Grant(approval, window, []).State(now);
        // Who may not even see it learns nothing of it.
        var refusal = GrantAccess.RefuseRevoker(approval, by) is { } foreign ? (GrantAccess.Sees(approval, by) ? foreign : NotFound)
            : state != GrantState.Active ? Grant.AlreadyEnded(state) : null;
        db.Decisions.Add(new DecisionEntry
        {
            RequestId = id, At = now, Kind = refusal is null ? "grant-revoked" : "revoke-refused", Code = refusal?.Code ?? GrantState.Revoked,
            ActorId = by.Id, ActorName = by.Name, Detail = reason.Trim(),
        });
        if (refusal is null) Revoke(db, approval, window, new Revocation(by, reason.Trim(), now));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return refusal;
    }

    private static void Revoke(ApprovalDb db, ApprovalState approval, GrantState? window, Revocation revocation)
    {
        approval.Revocation = revocation;
        // A hold that has not used the approval yet finds it gone.
        if (approval.CurrentState == nameof(ApprovalMachine.Approved)) (approval.CurrentState, approval.EndedAt) = (nameof(ApprovalMachine.Withdrawn), revocation.At);
        if (window is not null) db.Enqueue(window.End(GrantState.Revoked, revocation.At, revocation.By.Name, revocation.Reason), revocation.At);
    }

    /// <summary>Whole microseconds, as the database keeps them.</summary>
    private DateTimeOffset Now()
    {
        var now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
