namespace Hoop.Approval.Expiry;

/// <summary>Command of this service to itself: nobody decided by this time, so further people may.</summary>
public sealed record EscalationReached(Guid RequestId, DateTimeOffset DueAt);
