using Hoop.Approval.Requirements;
using Hoop.Contracts.Approvals;
using MassTransit;

namespace Hoop.Approval.Saga;

/// <summary>What the machine does when somebody asks to break the glass.</summary>
internal static class EmergencyVerbs
{
    public static bool AsksForEmergency(this BehaviorContext<ApprovalState, ApprovalRequested> x) =>
        x.Saga.CurrentState == nameof(ApprovalMachine.Pending) && x.Message.Justification is { Emergency: true };

    public static EventActivityBinder<ApprovalState, ApprovalRequested> JudgeEmergency(this EventActivityBinder<ApprovalState, ApprovalRequested> step) => step.Then(x =>
        x.GetOrAddPayload(() => new Verdict(EmergencyRules.Refuse(x.Message))));

    public static bool MayBreakGlass(this BehaviorContext<ApprovalState, ApprovalRequested> x) => x.GetPayload<Verdict>().Refusal is null;

    public static EventActivityBinder<ApprovalState, ApprovalRequested> ResolveEmergency(this EventActivityBinder<ApprovalState, ApprovalRequested> step) => step.Then(x =>
        x.Resolve(ApprovalOutcome.Approved, $"Emergency access: {x.Message.Justification!.Reason!.Trim()}"));

    /// <summary>Told to whoever watches, and to the review that must follow.</summary>
    public static EventActivityBinder<ApprovalState, ApprovalRequested> Alarm(this EventActivityBinder<ApprovalState, ApprovalRequested> step) => step.Then(x =>
    {
        var alarm = EmergencyRules.Alarm(x.Message, x.Now());
        x.Record("emergency", "released", x.Message.Requester.Id, x.Message.Requester.Name, alarm.Reason);
        x.Say(alarm);
    });

    public static EventActivityBinder<ApprovalState, ApprovalRequested> RefuseEmergency(this EventActivityBinder<ApprovalState, ApprovalRequested> step) => step.Then(x =>
    {
        var refusal = x.GetPayload<Verdict>().Refusal!;
        x.Record("emergency-refused", refusal.Code, x.Message.Requester.Id, x.Message.Requester.Name);
        x.Resolve(ApprovalOutcome.Denied, refusal.Message);
    });
}
