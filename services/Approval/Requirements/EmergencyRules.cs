using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;

namespace Hoop.Approval.Requirements;

/// <summary>Who may break the glass: whoever every rule that asks lets, with a reason.</summary>
internal static class EmergencyRules
{
    /// <summary>Null: released at once.</summary>
    public static Refusal? Refuse(ApprovalRequested request)
    {
        var allowed = request.Requirements.Count > 0
            && request.Requirements.All(one => one.Emergency is { } emergency && emergency.By.Includes(request.Requester, request.Requester));
        if (!allowed) return NotAllowed(request);
        var reason = request.Justification?.Reason;
        if (string.IsNullOrWhiteSpace(reason))
            return new("emergency-reason-needed", "Emergency access needs a reason. Say why, such as /* hoop: emergency reason=\"orders are stuck, incident 42\" */, and try again.");
        return reason.Length > VoteRules.MaxReasonLength ? VoteRules.ReasonTooLong : null;
    }

    /// <summary>What others must look at afterwards.</summary>
    public static EmergencyAccessUsed Alarm(ApprovalRequested request, DateTimeOffset now) => new()
    {
        RequestId = request.RequestId,
        Requester = request.Requester,
        Target = request.Target,
        Reason = request.Justification!.Reason!.Trim(),
        Ticket = request.Justification.Ticket,
        Reviews = [.. request.Requirements.Select(one => new ApprovalRequirement { Rule = one.Rule, Steps = [one.Emergency!.Review] })],
        ReviewWithin = request.Requirements.Min(one => one.Emergency!.ReviewWithin),
        At = now,
    };

    private static Refusal NotAllowed(ApprovalRequested request) => new("emergency-not-allowed",
        $"The rules ({string.Join(", ", request.Rules)}) give you no emergency access here. Ask again without it: people will decide.");
}
