using Hoop.Approval.Http;
using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults;
using MassTransit;

namespace Hoop.Approval.Requests;

/// <summary>Asks for a new preview of what still waits; for the API and the portal's button.</summary>
internal sealed class PreviewRefresh(IBus bus, OnRecord record, TimeProvider clock, ILogger<PreviewRefresh> logger)
{
    public const string Kind = "request.preview";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static readonly Refusal NotApprover = new("not-approver", "Only people who may decide the request can have it looked at again.");

    public static readonly Refusal Unanswered = new("no-answer", "The gateway could not be asked right now. Try again in a moment.");

    /// <summary>Null: it was asked; the preview follows. On record by whichever door it came.</summary>
    public Task<Refusal?> AskAsync(ApprovalState approval, Principal viewer, CancellationToken cancel) => record.DoAsync(
        Kind, "request", approval.CorrelationId, viewer, null, () => TryAsync(approval, viewer, cancel), refusal => Ending.Of(refusal is null, refusal?.Code ?? "asked"), Unanswered);

    private async Task<Refusal?> TryAsync(ApprovalState approval, Principal viewer, CancellationToken cancel)
    {
        if (VoteRules.RefuseState(approval, clock.GetUtcNow()) is { } over) return over;
        if (!PreviewRights.MaySeeRows(approval, viewer)) return NotApprover;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Patience);
        try
        {
            await bus.Publish(new RefreshPreview(approval.CorrelationId, approval.Request.IngressId), deadline.Token).Until(deadline.Token);
            return null;
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            logger.PreviewNotAsked(approval.CorrelationId, e.GetType().Name);
            return Unanswered;
        }
    }
}
