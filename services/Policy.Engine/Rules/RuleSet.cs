using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;

namespace Hoop.Policy.Engine.Rules;

/// <summary>The rules that somebody with certain roles meets on one target, strictest first.</summary>
internal sealed class RuleSet
{
    private const int StackLimit = 256;

    private readonly string _subject;
    private readonly CompiledRule[] _blocks;
    private readonly CompiledRule[] _approves;
    private readonly CompiledRule[] _allows;
    private readonly ApproverMerge _approvers;

    public RuleSet(IEnumerable<CompiledRule> rules, string subject, ApproverMerge approvers)
    {
        // By name, so that neither a decision nor its wording depends on the order in the file.
        var sorted = rules.OrderBy(r => r.Name, StringComparer.Ordinal).ToArray();
        _blocks = [.. sorted.Where(r => r.Document.Action == RuleAction.Block)];
        _approves = [.. sorted.Where(r => r.Document.Action == RuleAction.Approve)];
        _allows = [.. sorted.Where(r => r.Document.Action == RuleAction.Allow)];
        _subject = subject;
        _approvers = approvers;
        AllowsEverything = _blocks.Length == 0 && _approves.Length == 0
            && Array.Exists(_allows, r => r.IsEverything) && Array.TrueForAll(_allows, r => r.Document.MaxRows is null);
        MayOpen = (_approves.Length > 0 || _allows.Length > 0) && !Array.Exists(_blocks, b => b.IsUnconditional);
    }

    public bool MayOpen { get; }

    /// <summary>Whatever the operation, the decision is a plain Allow.</summary>
    public bool AllowsEverything { get; }

    public Decision Decide(OperationFacts operation)
    {
        if (Blocked(operation) is { } blocked) return blocked;
        if (operation.Plumbing && operation.Understood && MayOpen) return Plumbing;

        Span<bool> used = _allows.Length <= StackLimit ? stackalloc bool[_allows.Length] : new bool[_allows.Length];
        var uncovered = FindUncovered(operation, used);
        if (uncovered is not null) return Uncovered(operation, uncovered);
        return Held(operation, used) ?? Allowed(used);
    }

    private static readonly Decision Plumbing = new(DecisionOutcome.Allow, [], "what every client needs to work");

    private Decision? Blocked(OperationFacts operation)
    {
        List<CompiledRule>? matching = null;
        foreach (var rule in _blocks)
            if (rule.Concerns(operation)) (matching ??= []).Add(rule);
        return matching is null ? null : new Decision(DecisionOutcome.Block, Names(matching), Explanation.Blocked(matching, operation));
    }

    /// <summary>The first access that no rule covers, or null. Marks the allow rules that cover something.</summary>
    private ObjectAccess? FindUncovered(OperationFacts operation, Span<bool> used)
    {
        var accesses = operation.Accesses;
        if (!operation.Understood || accesses.Count == 0 || NamesNothing(accesses))
            return CoversEverything(used) ? null : accesses.Count == 0 ? Explanation.Anything : accesses[0];

        var carried = Effects.None;
        for (var i = 0; i < accesses.Count; i++)
            if (!accesses[i].Implied) carried |= NaturalEffects.Of(accesses[i].Verb);
        for (var i = 0; i < accesses.Count; i++)
        {
            // What the database does by itself needs no rule of its own; nor does it carry an effect, which what is named answers for.
            if (accesses[i].Implied) continue;
            if (!IsCovered(operation, accesses[i], Required(operation, accesses[i], carried), used)) return accesses[i];
        }
        return null;
    }

    private static bool NamesNothing(IReadOnlyList<ObjectAccess> accesses)
    {
        for (var i = 0; i < accesses.Count; i++)
            if (!accesses[i].Implied) return false;
        return true;
    }

    /// <summary>
    /// The effects an access answers for: all of the operation's, less those that the verb of another access carries by its nature
    /// (in <c>UPDATE … FROM (SELECT …)</c> the SELECT is not the mass write). What nobody carries, everybody answers for.
    /// </summary>
    private static Effects Required(OperationFacts operation, ObjectAccess access, Effects carried) =>
        operation.Effects & ~NaturalEffects.Always & ~(carried & ~NaturalEffects.Of(access.Verb));

    private bool IsCovered(OperationFacts operation, ObjectAccess access, Effects required, Span<bool> used)
    {
        var covered = false;
        for (var i = 0; i < _allows.Length; i++)
        {
            if (!_allows[i].Covers(access, required)) continue;
            used[i] = true;
            covered = true;
        }
        // Only an approve rule that will hold the operation may cover a part of it.
        for (var i = 0; !covered && i < _approves.Length; i++)
            covered = _approves[i].Covers(access, required) && _approves[i].Concerns(operation);
        return covered;
    }

    private bool CoversEverything(Span<bool> used)
    {
        for (var i = 0; i < _allows.Length; i++) used[i] = _allows[i].IsEverything;
        return used.Contains(true) || Array.Exists(_approves, r => r.IsEverything);
    }

    private Decision? Held(OperationFacts operation, ReadOnlySpan<bool> used)
    {
        List<CompiledRule>? asking = null;
        foreach (var rule in _approves)
            if (rule.Concerns(operation)) (asking ??= []).Add(rule);
        return asking is null
            ? null
            : new Decision(
                DecisionOutcome.Hold, Names(asking), Explanation.Held(asking, operation), _approvers.Merge(asking),
                asking.Concat(Used(used)).Min(r => r.Document.MaxRows))
            { Offer = GrantOffers.Common(asking), RecordRows = asking.Concat(Used(used)).Max(r => r.Document.RecordRows) };
    }

    private Decision Allowed(ReadOnlySpan<bool> used)
    {
        if (used.Count(true) == 1) return _allows[used.IndexOf(true)].Allowed;
        var rules = Used(used);
        return new Decision(
            DecisionOutcome.Allow, Names(rules), Explanation.Allowed(rules), MaxRows: rules.Min(r => r.Document.MaxRows))
        { RecordRows = rules.Max(r => r.Document.RecordRows) };
    }

    private Decision Uncovered(OperationFacts operation, ObjectAccess access)
    {
        var named = Array.Exists(_allows, r => r.Names(access)) || Array.Exists(_approves, r => r.Names(access));
        return new Decision(DecisionOutcome.Block, [], Explanation.Uncovered(operation, access, named, _subject));
    }

    private List<CompiledRule> Used(ReadOnlySpan<bool> used)
    {
        var rules = new List<CompiledRule>();
        for (var i = 0; i < used.Length; i++)
            if (used[i]) rules.Add(_allows[i]);
        return rules;
    }

    private static string[] Names(List<CompiledRule> rules) => [.. rules.Select(r => r.Name)];
}
