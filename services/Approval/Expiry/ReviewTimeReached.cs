namespace Hoop.Approval.Expiry;

/// <summary>Command of this service to itself: an emergency should have been reviewed by this time.</summary>
public sealed record ReviewTimeReached(Guid RequestId, DateTimeOffset DueAt);
