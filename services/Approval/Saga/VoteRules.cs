using Hoop.Approval.Grants;
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

    /// <summary>Null: the vote counts.</summary>
    public static Refusal? Refuse(ApprovalState approval, CastVote vote, DateTimeOffset now) =>
        RefuseVoter(approval, vote.Voter, now) ?? RefuseReason(vote) ?? GrantRules.Refuse(approval.Request, vote);

    /// <summary>Null: this person may decide now.</summary>
    public static Refusal? RefuseVoter(ApprovalState approval, Principal voter, DateTimeOffset now) =>
        RefuseState(approval, now) ?? RefusePerson(approval.Request, voter) ?? RefuseRepeat(approval, voter);

    public static Refusal? RefuseState(ApprovalState approval, DateTimeOffset now) => approval.CurrentState switch
    {
        nameof(ApprovalMachine.Expired) => Late,
        nameof(ApprovalMachine.Pending) => now >= approval.ExpiresAt ? Late : null,
        var state => new("already-decided", $"The request is already {state.ToLowerInvariant()}; nothing is left to decide."),
    };

    private static Refusal Late => new("expired", "The request expired before it was decided. Its author may ask again.");

    private static Refusal? RefusePerson(ApprovalRequested request, Principal voter)
    {
        // A person's token in the hands of an agent (an act claim) is an agent's vote.
        if (voter.Kind != "human" || voter.Actors.Count > 0)
            return new("not-a-person", "Only a person can decide, signed in as themselves.");
        if (voter.Id == request.Requester.Id)
            return new("own-request", "You asked for this yourself; somebody else must decide.");
        if (request.Requester.Actors.Contains(voter.Id))
            return new("delegation-chain", "This was asked on your behalf or through you; somebody else must decide.");
        if (!request.ApproverGroups.Any(voter.Groups.Contains))
            return new("not-approver", $"Only members of {string.Join(", ", request.ApproverRoles)} may decide this.");
        return null;
    }

    private static Refusal? RefuseRepeat(ApprovalState approval, Principal voter) =>
        approval.Votes.Any(vote => vote.Voter.Id == voter.Id)
            ? new("already-voted", $"You already voted; {approval.Needed - approval.Approvals} more must approve.")
            : null;

    private static Refusal? RefuseReason(CastVote vote)
    {
        if (vote.Reason?.Length > MaxReasonLength)
            return new("reason-too-long", $"The reason is longer than {MaxReasonLength} characters. Shorten it.");
        if (!vote.Approve && string.IsNullOrWhiteSpace(vote.Reason))
            return new("reason-needed", "Say why you deny it: the person or agent who asked will read it.");
        return null;
    }
}
