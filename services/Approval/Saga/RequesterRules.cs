using Hoop.Contracts.Identity;

namespace Hoop.Approval.Saga;

/// <summary>What whoever asked may still do to a request. Pure: the saga and the portal ask the same questions.</summary>
internal static class RequesterRules
{
    public const int MaxExplanations = 20;

    /// <summary>Null: this principal may withdraw or explain it now.</summary>
    public static Refusal? Refuse(ApprovalState approval, Principal by, DateTimeOffset now) =>
        by.Id != approval.RequesterId
            ? new("not-requester", "Only whoever asked for this may withdraw or explain it.")
            : VoteRules.RefuseState(approval, now);

    public static Refusal? RefuseReason(string? reason) =>
        reason?.Length > VoteRules.MaxReasonLength
            ? new("reason-too-long", $"The reason is longer than {VoteRules.MaxReasonLength} characters. Shorten it.")
            : null;

    public static Refusal? RefuseExplanation(ApprovalState approval, string text) =>
        string.IsNullOrWhiteSpace(text) ? new("reason-needed", "Say why it is needed: those who decide will read it.")
        : approval.Explanations.Count >= MaxExplanations ? new("too-many", $"A request takes {MaxExplanations} explanations; that is enough to decide on.")
        : RefuseReason(text);
}
