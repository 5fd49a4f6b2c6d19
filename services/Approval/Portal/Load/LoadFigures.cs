namespace Hoop.Approval.Portal.Load;

internal sealed record LoadFigures(IReadOnlyList<ApproverFigures> Approvers, OutcomeFigures Outcomes, IReadOnlyList<OpenRequest> Open);

/// <param name="Hasty">Approvals within <see cref="ApproverLoad.Hasty"/> of the request.</param>
internal sealed record ApproverFigures(string Id, string Name, long Decisions, long Approved, long Hasty, double MedianSeconds, DateTime LastAt);

internal sealed record OutcomeFigures(long Requests, long Approved, long Denied, long Expired, long Withdrawn, double? MedianSeconds);

internal sealed record OpenRequest(Guid Id, string Requester, string Target, string? Verb, DateTime RequestedAt, DateTime ExpiresAt);
