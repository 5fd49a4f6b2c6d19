using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Approvals.Grants;
using Hoop.Ingress.Snapshots;
using Hoop.Policy.Engine;

namespace Hoop.Ingress.Sessions;

/// <summary>What a principal is on a target while people have given it roles there: one standing for each window, beside its own.</summary>
internal sealed class RoleWindows
{
    private readonly GrantBook book;
    private readonly ActiveGrant[] grants;
    private readonly Standing[] standings;
    private readonly bool[] seesMore;

    private RoleWindows(GrantBook book, ActiveGrant[] grants, HoopSnapshot snapshot, IReadOnlyList<string> own, string target)
    {
        (this.book, this.grants) = (book, grants);
        standings = [.. grants.Select(grant => new Standing(snapshot, With(own, grant), target, grant))];
        seesMore = [.. grants.Select(grant => snapshot.Document.Masks.Any(mask => mask.Except.Contains(grant.Facts.Role!) && !mask.Except.Any(own.Contains)))];
    }

    internal static RoleWindows? Of(GrantBook book, ActiveGrant[] grants, HoopSnapshot snapshot, Principal principal, string target) =>
        grants.Length == 0 ? null : new RoleWindows(book, grants, snapshot, snapshot.Policy.RolesOf(principal), target);

    internal bool AreOf(ActiveGrant[] others) => grants.AsSpan().SequenceEqual(others);

    /// <summary>The verdict of a window that lets the operation pass or ask, or shows more of its answer; the principal's own where none does.</summary>
    internal Verdict Better(Verdict own, OperationFacts facts)
    {
        if (facts.Plumbing) return own;
        var best = own;
        for (var i = 0; i < grants.Length; i++)
        {
            if (own.Decision.Outcome == DecisionOutcome.Allow && !seesMore[i] || !book.MayUse(grants[i], own.Standing.Snapshot.Document.Version)) continue;
            var granted = standings[i].Judge(facts);
            if (granted.Decision.Outcome == DecisionOutcome.Allow) return granted;
            // The role has to ask where its principal may not even do that.
            if (granted.Decision.Outcome == DecisionOutcome.Hold && own.Decision.Outcome == DecisionOutcome.Block) best = granted;
        }
        return best;
    }

    /// <summary>
    /// A window answers the rules that it was granted under, for what its role may do by itself. All other rules stand: those of the role too.
    /// </summary>
    internal static Decision Answered(Decision decision, GrantOpened grant, PolicyEngine policy, string target, OperationFacts facts)
    {
        if (decision.Outcome == DecisionOutcome.Hold && decision.Rules.All(grant.Rules.Contains)
            && policy.Decide([grant.Role!], target, facts) is { Outcome: DecisionOutcome.Allow } allowed)
        {
            decision = decision with
            {
                Outcome = DecisionOutcome.Allow,
                Rules = [.. allowed.Rules, .. decision.Rules],
                Why = $"role {grant.Role} is granted by {string.Join(", ", grant.GrantedBy)}; {allowed.Why}",
                Approval = null,
                Offer = null,
                MaxRows = Permit.Least(decision.MaxRows, allowed.MaxRows),
            };
        }
        return decision;
    }

    private static string[] With(IReadOnlyList<string> own, ActiveGrant grant) =>
        [.. own.Append(grant.Facts.Role!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
