using Hoop.Approval.Grants;
using Hoop.Approval.Requirements;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Saga;

/// <summary>Why a vote is refused; the code is stable, the message is for the voter.</summary>
internal sealed record Refusal(string Code, string Message);

/// <summary>Who may decide what. Pure: the saga, the API and the portal ask the same questions.</summary>
internal static class VoteRules
{
    public const int MaxReasonLength = 2000;

    public static readonly Refusal NotFound = new("not-found", "There is no such request. Check the id, or list the requests you may see.");
    public static readonly Refusal ReasonTooLong = new("reason-too-long", $"The reason is longer than {MaxReasonLength} characters. Shorten it.");

    /// <summary>Null: the vote counts.</summary>
    public static Refusal? Refuse(ApprovalState approval, CastVote vote, DateTimeOffset now)
    {
        var refusal = vote.Approve ? RefuseApproval(approval, vote.Voter, now) : RefuseDenial(approval, vote.Voter, now);
        return refusal ?? RefuseReason(vote) ?? GrantRules.Refuse(approval.Request, vote) ?? RefuseStepUp(approval, vote);
    }

    /// <summary>Null: this person may decide now, for or against.</summary>
    public static Refusal? RefuseVoter(ApprovalState approval, Principal voter, DateTimeOffset now) =>
        RefuseApproval(approval, voter, now) is { } refusal && RefuseDenial(approval, voter, now) is not null ? refusal : null;

    /// <summary>Null: this person may approve now, if need be after showing again who they are.</summary>
    public static Refusal? RefuseApproval(ApprovalState approval, Principal voter, DateTimeOffset now) =>
        RefuseBallot(approval, voter, now) ?? RefuseUseless(approval, voter, now) ?? RefuseTime(approval, now);

    /// <summary>Null: this person may deny now.</summary>
    public static Refusal? RefuseDenial(ApprovalState approval, Principal voter, DateTimeOffset now)
    {
        if (RefuseBallot(approval, voter, now) is { } refusal) return refusal;
        var facts = approval.Facts(now);
        return approval.Request.Requirements.Any(one => RequirementEvaluator.Concerns(one, voter, facts)) ? null : NotApprover(approval);
    }

    public static Refusal? RefuseState(ApprovalState approval, DateTimeOffset now) => approval.CurrentState switch
    {
        nameof(ApprovalMachine.Expired) => Late,
        nameof(ApprovalMachine.Pending) => now >= approval.ExpiresAt ? Late : null,
        var state => new("already-decided", $"The request is already {state.ToLowerInvariant()}; nothing is left to decide."),
    };

    /// <summary>Only people, and none that the request came from or through.</summary>
    public static Refusal? RefusePerson(Principal requester, Principal voter)
    {
        // A person's token in the hands of an agent (an act claim) is an agent's vote.
        if (voter.Kind != "human" || voter.Actors.Count > 0)
            return new("not-a-person", "Only a person can decide, signed in as themselves.");
        if (voter.Id == requester.Id)
            return new("own-request", "You asked for this yourself; somebody else must decide.");
        if (requester.Actors.Contains(voter.Id))
            return new("delegation-chain", "This was asked on your behalf or through you; somebody else must decide.");
        return null;
    }

    /// <summary>How a voter must have shown who they are to approve.</summary>
    public static StepUp StepUpFor(ApprovalRequested request) => request.Requirements.Select(one => one.StepUp).DefaultIfEmpty().Max();

    private static Refusal Late => new("expired", "The request expired before it was decided. Its author may ask again.");

    private static Refusal? RefuseBallot(ApprovalState approval, Principal voter, DateTimeOffset now) =>
        RefuseState(approval, now) ?? RefusePerson(approval.Request.Requester, voter) ?? RefuseRepeat(approval, voter, now);

    private static Refusal? RefuseRepeat(ApprovalState approval, Principal voter, DateTimeOffset now) =>
        approval.Votes.Any(vote => vote.Voter.Id == voter.Id)
            ? new("already-voted", $"You already voted; still missing: {approval.Standing(now).Missing}.")
            : null;

    private static Refusal? RefuseUseless(ApprovalState approval, Principal voter, DateTimeOffset now)
    {
        var (requirements, facts) = (approval.Request.Requirements, approval.Facts(now));
        if (!requirements.Any(one => RequirementEvaluator.MayApprove(one, voter, facts))) return NotApprover(approval);
        return requirements.Any(one => RequirementEvaluator.WouldHelp(one, voter, facts))
            ? null
            : new("not-needed", $"Enough people like you have approved; still missing: {approval.Standing(now).Missing}.");
    }

    private static Refusal? RefuseTime(ApprovalState approval, DateTimeOffset now)
    {
        var closed = approval.Request.Requirements.FirstOrDefault(one => WindowClock.OpensAt(one.Windows, now) is not null);
        return closed is null ? null : new("outside-window",
            $"Policy \"{closed.Rule}\" lets this be approved only {RequirementWording.Windows(closed.Windows)}; next from {RequirementWording.Time(WindowClock.OpensAt(closed.Windows, now)!.Value)} on.");
    }

    private static Refusal NotApprover(ApprovalState approval)
    {
        var approvers = approval.Request.Requirements.SelectMany(one => one.Steps).SelectMany(step => step.Approvers).DistinctBy(one => (one.Kind, one.Name));
        return new("not-approver", $"Only {RequirementWording.Anyone(approvers, approval.Request.Requester)} may decide this.");
    }

    private static Refusal? RefuseStepUp(ApprovalState approval, CastVote vote)
    {
        if (!vote.Approve) return null;
        return (StepUpFor(approval.Request), vote.Shown) switch
        {
            (StepUp.Passkey, < StepUp.Passkey) => new("passkey-needed", "To approve this, confirm it with your passkey in the portal."),
            (StepUp.Fresh, < StepUp.Fresh) => new("sign-in-needed", "To approve this, sign in again: your sign-in must be at most five minutes old."),
            _ => null,
        };
    }

    private static Refusal? RefuseReason(CastVote vote)
    {
        if (vote.Reason?.Length > MaxReasonLength) return ReasonTooLong;
        if (!vote.Approve && string.IsNullOrWhiteSpace(vote.Reason))
            return new("reason-needed", "Say why you deny it: the person or agent who asked will read it.");
        return null;
    }
}
