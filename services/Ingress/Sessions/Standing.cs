using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Approvals.Grants;
using Hoop.Ingress.Snapshots;
using Hoop.Masking.Engine;
using Hoop.Policy.Engine;

namespace Hoop.Ingress.Sessions;

/// <summary>What a principal is on a target under one version of the documents, looked up once. Safe for both directions of a connection.</summary>
internal sealed class Standing
{
    // A session repeats few statements; one that pushes another out only has it decided again.
    private const int Kept = 16;

    private readonly string target;
    private readonly Verdict?[] verdicts = new Verdict?[Kept];
    private int oldest = -1;

    internal Standing(HoopSnapshot snapshot, Principal principal, string target) : this(snapshot, snapshot.Policy.RolesOf(principal), target, null)
    {
    }

    /// <param name="roles">Sorted.</param>
    /// <param name="grant">The window that gave one of the roles.</param>
    internal Standing(HoopSnapshot snapshot, IReadOnlyList<string> roles, string target, ActiveGrant? grant)
    {
        (Snapshot, Roles, this.target, Grant) = (snapshot, roles, target, grant);
        Masks = snapshot.Masks.For(target, Roles);
        // Recordings are read by more people than the statement's author: masks count as for somebody without any role.
        RecordMasks = snapshot.Masks.For(target, []);
        PassesEverything = Masks.IsEmpty && snapshot.Policy.AllowsEverything(Roles, target);
    }

    internal HoopSnapshot Snapshot { get; }
    internal IReadOnlyList<string> Roles { get; }

    /// <summary>The window by which it has more roles than its own; null: none.</summary>
    internal ActiveGrant? Grant { get; }

    /// <summary>What it is besides, while windows give it roles; null: nothing.</summary>
    internal RoleWindows? Windows { get; init; }

    /// <summary>The windows that were looked at.</summary>
    internal GrantList? Seen { get; set; }

    /// <summary>What the principal does not get to see.</summary>
    internal TargetMasks Masks { get; }

    /// <summary>What no recording shows.</summary>
    internal TargetMasks RecordMasks { get; }

    /// <summary>Everything is allowed and nothing masked.</summary>
    internal bool PassesEverything { get; }

    /// <summary>Policy and masks together; the strictest wins. Facts are immutable: for the same object the answer is the same.</summary>
    internal Verdict Judge(OperationFacts facts)
    {
        foreach (var known in verdicts)
        {
            if (known is not null && ReferenceEquals(known.Facts, facts)) return known;
        }
        var verdict = Decide(facts);
        verdicts[(uint)Interlocked.Increment(ref oldest) % Kept] = verdict;
        return verdict;
    }

    private Verdict Decide(OperationFacts facts)
    {
        var decision = Snapshot.Policy.Decide(Roles, target, facts);
        if (Grant is not null) decision = RoleWindows.Answered(decision, Grant.Facts, Snapshot.Policy, target, facts);
        if (decision.Outcome == DecisionOutcome.Block || facts.ColumnUses.Count == 0 || Masks.Judge(facts.ColumnUses) is not { } objection)
            return new Verdict(this, facts, decision, null);
        if (objection.Rule != PredicateRule.Approve)
            return new Verdict(this, facts, decision with { Outcome = DecisionOutcome.Block, Rules = [objection.Mask], Why = objection.Why }, objection);
        var approval = MaskApproval.And(decision.Approval, Snapshot.Document, objection.Mask);
        return new Verdict(this, facts, decision with { Outcome = DecisionOutcome.Hold, Rules = [.. decision.Rules, objection.Mask], Why = objection.Why, Approval = approval, Offer = null }, objection);
    }
}
