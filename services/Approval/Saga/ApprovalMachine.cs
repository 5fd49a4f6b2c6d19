using Hoop.Approval.Expiry;
using Hoop.Approval.Grants;
using Hoop.Contracts.Approvals;
using MassTransit;

namespace Hoop.Approval.Saga;

/// <summary>The life of a request. Reads as the specification; the verbs are in <see cref="ApprovalVerbs"/>.</summary>
internal sealed class ApprovalMachine : MassTransitStateMachine<ApprovalState>
{
    public ApprovalMachine()
    {
        InstanceState(x => x.CurrentState);

        Event(() => Requested, e => e.CorrelateById(m => m.Message.RequestId));
        // Its request may still be on the way: fail, and be retried.
        Event(() => Previewed, e => e.CorrelateById(m => m.Message.RequestId).OnMissingInstance(m => m.Fault()));
        Event(() => ClientLeft, e => e.CorrelateById(m => m.Message.RequestId).OnMissingInstance(m => m.Fault()));
        Event(() => Explained, e => e.CorrelateById(m => m.Message.RequestId).OnMissingInstance(m => m.ExecuteAsync(x => x.RefuseUnknownExplanation())));
        Event(() => TakenBack, e => e.CorrelateById(m => m.Message.RequestId).OnMissingInstance(m => m.ExecuteAsync(x => x.RefuseUnknownWithdrawal())));
        Event(() => Ran, e => e.CorrelateById(m => m.Message.RequestId).OnMissingInstance(m => m.Discard()));
        Event(() => EscalationIsDue, e => e.CorrelateById(m => m.Message.RequestId).OnMissingInstance(m => m.Discard()));
        Event(() => TimeIsUp, e => e.CorrelateById(m => m.Message.RequestId).OnMissingInstance(m => m.Discard()));
        Event(() => VoteCast, e => e.CorrelateById(m => m.Message.RequestId).OnMissingInstance(m => m.ExecuteAsync(x => x.RefuseUnknownVote())));
        Event(() => UseAsked, e => e.CorrelateById(m => m.Message.RequestId).OnMissingInstance(m => m.ExecuteAsync(x => x.RefuseUnknownUse())));

        Initially(
            When(Requested)
                .Open()
                .TransitionTo(Pending)
                .TakeOver()
                .If(x => x.TookOver(), x => x.TransitionTo(Approved).Resolve(ApprovalOutcome.Approved))
                .If(x => x.AsksForEmergency(), x => x.JudgeEmergency().IfElse(
                    y => y.MayBreakGlass(),
                    y => y.TransitionTo(Approved).ResolveEmergency().Alarm(),
                    y => y.TransitionTo(Denied).RefuseEmergency()))
                // Nobody could ever decide it: better said now than after a wait.
                .If(x => x.IsHopeless(), x => x.TransitionTo(Denied).Resolve(ApprovalOutcome.Denied))
                .If(x => x.Waits(), x => x.AskPeople()));

        During(Pending,
            Ignore(Requested),
            When(Previewed).Preview(),
            When(VoteCast)
                .Judge()
                .If(x => x.DecidesAgainst(), x => x.TransitionTo(Denied).Resolve(ApprovalOutcome.Denied))
                .If(x => x.DecidesFor(), x => x.TransitionTo(Approved).Resolve(ApprovalOutcome.Approved).OpenWindow())
                .ReplyToVoter(),
            When(Explained).Explain(),
            When(TakenBack)
                .JudgeWithdrawal()
                .If(x => x.MayWithdraw(), x => x.TransitionTo(Withdrawn).Withdraw())
                .ReplyToRequester(),
            When(UseAsked).RefuseUse(),
            When(EscalationIsDue).Escalate(),
            When(ClientLeft).TransitionTo(Withdrawn).ResolveWithdrawn(),
            When(TimeIsUp).TransitionTo(Expired).Resolve(ApprovalOutcome.Expired));

        During(Approved,
            Ignore(Requested),
            Ignore(EscalationIsDue),
            When(Previewed).Preview(),
            When(VoteCast).Judge().ReplyToVoter(),
            // Refused: it is decided.
            When(Explained).Explain(),
            When(TakenBack).JudgeWithdrawal().ReplyToRequester(),
            When(UseAsked)
                .JudgeUse()
                .If(x => x.MayUse(), x => x.TransitionTo(Used).Use())
                .ReplyToUser(),
            // Who was lost may ask again; who does not want it any more may not.
            When(ClientLeft).IfElse(x => x.ClientIsLost(), x => x.WaitForRetry(), x => x.TransitionTo(Withdrawn).Lapse("withdrawn")),
            When(TimeIsUp).TransitionTo(Expired).Lapse("expired"));

        During([Pending, Approved, Denied, Expired, Withdrawn], Ignore(Ran));
        During(Used, When(Ran).NoteEnd());

        During([Denied, Expired, Withdrawn, Used],
            Ignore(Requested),
            Ignore(Previewed),
            Ignore(ClientLeft),
            Ignore(EscalationIsDue),
            Ignore(TimeIsUp),
            When(VoteCast).Judge().ReplyToVoter(),
            When(Explained).Explain(),
            When(TakenBack).JudgeWithdrawal().ReplyToRequester(),
            When(UseAsked).RefuseUse());
    }

    public State Pending { get; private set; } = null!;
    public State Approved { get; private set; } = null!;
    public State Denied { get; private set; } = null!;
    public State Expired { get; private set; } = null!;
    public State Withdrawn { get; private set; } = null!;
    public State Used { get; private set; } = null!;

    public Event<ApprovalRequested> Requested { get; private set; } = null!;
    public Event<ApprovalPreviewed> Previewed { get; private set; } = null!;
    public Event<CastVote> VoteCast { get; private set; } = null!;
    public Event<ApprovalWithdrawn> ClientLeft { get; private set; } = null!;
    public Event<ExplainRequest> Explained { get; private set; } = null!;
    public Event<WithdrawRequest> TakenBack { get; private set; } = null!;
    public Event<EscalationReached> EscalationIsDue { get; private set; } = null!;
    public Event<ExpiryReached> TimeIsUp { get; private set; } = null!;
    public Event<RedeemApproval> UseAsked { get; private set; } = null!;
    public Event<ApprovedOperationEnded> Ran { get; private set; } = null!;
}
