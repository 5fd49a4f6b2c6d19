namespace Hoop.Contracts.Approvals;

/// <summary>Fact: a request waits for people. Not told of what an earlier approval, an emergency or a refusal settled at once.</summary>
public sealed record ApprovalOpened(Guid RequestId, DateTimeOffset At);
