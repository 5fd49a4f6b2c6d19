namespace Hoop.Approval.Portal.Parts;

/// <summary>What became of one of several votes that were cast together.</summary>
public sealed record BulkResult(Guid RequestId, string Request, bool Accepted, string Message);
