using Hoop.Approval.Expiry;
using Hoop.Contracts.Approvals;

namespace Hoop.Approval.Outbox;

/// <summary>The messages this service sends through its outbox, by name: a row can never name another type.</summary>
internal static class OutboxTypes
{
    private static readonly Dictionary<string, Type> ByName = new[]
    {
        typeof(ApprovalOpened), typeof(ApprovalResolved), typeof(VoteCounted), typeof(RequesterAnswer), typeof(ApprovalRedeemed), typeof(ExpiryReached), typeof(ApprovalWithdrawn),
        typeof(GrantOpened), typeof(GrantEnded),
        typeof(EscalationReached), typeof(ApprovalEscalated), typeof(EmergencyAccessUsed),
        typeof(ReviewTimeReached), typeof(EmergencyReviewOverdue), typeof(ReviewCounted), typeof(EmergencyReviewed),
    }.ToDictionary(type => type.Name);

    public static Type Find(string name) =>
        ByName.TryGetValue(name, out var type) ? type : throw new InvalidOperationException($"The outbox holds a message of unknown type '{name}'.");
}
