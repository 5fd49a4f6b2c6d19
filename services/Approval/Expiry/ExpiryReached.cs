namespace Hoop.Approval.Expiry;

/// <summary>Command of this service to itself: the request's time is over.</summary>
public sealed record ExpiryReached(Guid RequestId, DateTimeOffset ExpiresAt);
