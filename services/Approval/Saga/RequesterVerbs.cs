using Hoop.Contracts.Approvals;
using MassTransit;

namespace Hoop.Approval.Saga;

/// <summary>What the machine does when whoever asked withdraws or explains.</summary>
internal static class RequesterVerbs
{
    public static EventActivityBinder<ApprovalState, WithdrawRequest> JudgeWithdrawal(this EventActivityBinder<ApprovalState, WithdrawRequest> step) => step.Then(x =>
    {
        var (request, now) = (x.Message, x.Now());
        var refusal = RequesterRules.Refuse(x.Saga, request.By, now) ?? RequesterRules.RefuseReason(request.Reason);
        x.GetOrAddPayload(() => new Verdict(refusal));
        if (refusal is not null) x.Record("withdrawal-refused", refusal.Code, request.By.Id, request.By.Name);
    });

    public static bool MayWithdraw(this BehaviorContext<ApprovalState, WithdrawRequest> x) => x.Verdict().Refusal is null;

    public static EventActivityBinder<ApprovalState, WithdrawRequest> Withdraw(this EventActivityBinder<ApprovalState, WithdrawRequest> step) => step.Then(x =>
    {
        var by = x.Message.By;
        var why = string.IsNullOrWhiteSpace(x.Message.Reason) ? $"withdrawn by {by.Name}" : $"withdrawn by {by.Name}: {x.Message.Reason.Trim()}";
        x.Record("withdrawal", "withdrawn", by.Id, by.Name);
        x.Resolve(ApprovalOutcome.Withdrawn, why);
    });

    public static EventActivityBinder<ApprovalState, WithdrawRequest> ReplyToRequester(this EventActivityBinder<ApprovalState, WithdrawRequest> step) => step.Then(x =>
        x.Answer(x.Message.RequestId, x.Verdict().Refusal, "withdrawn", "Withdrawn. Nothing ran.", x.Saga.StateName()));

    public static EventActivityBinder<ApprovalState, ExplainRequest> Explain(this EventActivityBinder<ApprovalState, ExplainRequest> step) => step.Then(x =>
    {
        var (text, by, now) = (x.Message.Text, x.Message.By, x.Now());
        var refusal = RequesterRules.Refuse(x.Saga, by, now) ?? RequesterRules.RefuseExplanation(x.Saga, text);
        if (refusal is null) x.Saga.Explanations = [.. x.Saga.Explanations, new Explanation(by.Name, text.Trim(), now)];
        x.Record(refusal is null ? "explanation" : "explanation-refused", refusal?.Code ?? "added", by.Id, by.Name, refusal is null ? text.Trim() : null);
        x.Answer(x.Message.RequestId, refusal, "added", "Added. Those who decide see it now.", x.Saga.StateName());
    });

    public static Task RefuseUnknownWithdrawal(this ConsumeContext<WithdrawRequest> x) =>
        x.RefuseUnknown(x.Message.RequestId, "withdrawal-refused", x.Message.By);

    public static Task RefuseUnknownExplanation(this ConsumeContext<ExplainRequest> x) =>
        x.RefuseUnknown(x.Message.RequestId, "explanation-refused", x.Message.By);

    private static Task RefuseUnknown(this ConsumeContext x, Guid requestId, string kind, Contracts.Identity.Principal by)
    {
        x.Db().Record(requestId, x.Now(), kind, VoteRules.NotFound.Code, by.Id, by.Name);
        x.Answer(requestId, VoteRules.NotFound, "", "", "");
        return Task.CompletedTask;
    }

    private static void Answer(this ConsumeContext x, Guid requestId, Refusal? refusal, string code, string message, string state) =>
        x.Reply(new RequesterAnswer(requestId, refusal is null, refusal?.Code ?? code, refusal?.Message ?? message, state));
}
