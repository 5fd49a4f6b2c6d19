using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Hoop.Ingress.Journal;
using Hoop.Masking.Engine;
using Hoop.Policy.Engine;

namespace Hoop.Ingress.Sessions;

/// <summary>Every refusal the Gate speaks, in one place: what happened, why, what to do next.</summary>
internal static class Refusals
{
    internal static Refusal Authentication(string error) =>
        new(RefusalCode.AuthenticationFailed, null, "the access token was not accepted", error, "Use a current OIDC access token as the password.");

    internal static Refusal NoPolicy() =>
        new(RefusalCode.NoPolicy, null, "no policy is loaded, so everything is refused", "Ingress has not received a policy and its masks yet.",
            "Wait a moment and try again; an administrator can see the reason with 'hoop doctor'.");

    internal static Refusal UnknownTarget(string target, Principal principal) =>
        new(RefusalCode.UnknownTarget, null, $"target \"{target}\" does not exist or is not open to {principal.Name}",
            "The database name selects the target; hoop.yaml names no such target for your roles.", "Check the database name, or ask for a role with a policy on that target.");

    internal static Refusal JournalUnavailable(JournalUnavailableException why) => why.Full
        ? new(RefusalCode.JournalUnavailable, null, "the audit journal is full, so nothing may run",
            "Every statement is recorded before it runs, and Audit has not yet taken what is recorded.", "Try again when Audit has caught up; an administrator sees in Ingress' /health how far it is.")
        : new(RefusalCode.JournalUnavailable, null, "the audit journal cannot be written, so nothing may run",
            "Every statement is recorded before it runs; the journal's disk is full or failing.", "Try again when an administrator has freed or repaired the journal's disk.");

    internal static Refusal DecidingFailed() =>
        new(RefusalCode.Internal, null, "deciding about the statement failed, so it is refused",
            "An internal error was recorded in the gateway's log.", "Tell an administrator; the connection stays usable.");

    internal static Refusal Blocked(Decision decision) => decision.Rules is [var rule, ..]
        ? new(RefusalCode.Blocked, rule, $"blocked by policy \"{rule}\"", decision.Why,
            "Change the statement so that the rule does not apply, or ask the rule's owners for an exception.")
        : new(RefusalCode.Blocked, null, "no policy allows this statement", decision.Why,
            "Ask an administrator for a policy that covers it, or keep to what your role may do.");

    internal static Refusal ReasonMissing(Decision decision)
    {
        var rule = decision.Approval!.Requirements.First(requirement => requirement.NeedsJustification).Rule;
        return new(RefusalCode.Blocked, rule, "the statement needs approval, and a reason to ask for it", $"Rule \"{rule}\" wants a reason from whoever asks.",
            "Add a comment such as /* hoop: reason=\"…\" ticket=… */ to the statement, or say SET hoop.reason = '…' first.");
    }

    internal static Refusal RunsBefore(Decision decision) => new(RefusalCode.ProtocolNotAllowed, decision.Rules is [var rule, ..] ? rule : null,
        "the statement needs approval, and part of it would run before that", "The target checks values of its own types when it prepares a statement that has them in its text.",
        "Send it as one query by the simple protocol, or send such values as parameters.");

    internal static Refusal NotUnderstood(Decision decision) =>
        new(RefusalCode.NotUnderstood, decision.Rules is [var rule, ..] ? rule : null, "the statement was not understood, so it is refused", decision.Why,
            "Check its syntax; what Hoop cannot parse is never forwarded.");

    internal static Refusal Unreadable(Decision decision, string why) =>
        new(RefusalCode.NotUnderstood, decision.Rules is [var rule, ..] ? rule : null, why, "Hoop did not understand the statement, so it is refused.",
            "Check its syntax; what Hoop cannot parse is never forwarded.");

    internal static Refusal MaskedPredicate(MaskObjection objection) =>
        new(RefusalCode.MaskedPredicate, objection.Mask, $"blocked by mask \"{objection.Mask}\"", objection.Why,
            "Compare a masked column only in the ways the mask allows, and do not copy it elsewhere.");

    internal static Refusal ApprovalUnavailable() =>
        new(RefusalCode.ApprovalUnavailable, null, "the approval service does not answer, so the statement cannot be approved",
            "The statement needs a person's approval, and the request could not be delivered.", "Try again in a moment; an administrator can see the reason with 'hoop doctor'.");

    internal static Refusal PolicyChanged(Guid requestId, string link) =>
        new(RefusalCode.Withdrawn, null, "the policy changed while the statement waited, so the approval no longer fits",
            $"Request {requestId} was decided under an older policy.", "Send the statement again.", requestId, link);

    internal static Refusal Of(ApprovalResolved resolved, Guid requestId, string link) => resolved.Outcome switch
    {
        ApprovalOutcome.Denied => new(RefusalCode.Denied, null, $"denied by {string.Join(", ", resolved.DecidedBy)}: {OneLine(resolved.Reason)}",
            $"Request {requestId} was denied.", "Talk to the approver, or change the statement and send it again.", requestId, link),
        ApprovalOutcome.Expired => new(RefusalCode.Expired, null, "nobody decided in time, so the statement was refused",
            $"Request {requestId} expired.", "Send the statement again and tell an approver that it waits.", requestId, link),
        _ => new(resolved.Reason == "cancelled" ? RefusalCode.Cancelled : RefusalCode.Withdrawn, null, "the request for approval was withdrawn", $"Request {requestId}: {OneLine(resolved.Reason)}.",
            "Send the statement again if it is still wanted.", requestId, link),
    };

    internal static Refusal GrantRevoked(Guid grantId, GrantEnded? end) =>
        new(RefusalCode.Revoked, null, $"the grant that the statement ran on was revoked{(end?.By is { } by ? $" by {by}: {OneLine(end.Reason)}" : "")}", $"Grant {grantId} is over.",
            "Send the statement again to ask for approval, and talk to whoever revoked it.", grantId);

    internal static Refusal NotRedeemed(Guid requestId, string link, string why) =>
        new(RefusalCode.ApprovalUnavailable, null, "the approval could not be used, so the statement did not run", OneLine(why),
            "Send the statement again.", requestId, link);

    private static string OneLine(string? text) => string.IsNullOrWhiteSpace(text) ? "no reason given" : text.ReplaceLineEndings(" ").Trim();
}
