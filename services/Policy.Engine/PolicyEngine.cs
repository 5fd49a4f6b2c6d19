using System.Collections.Concurrent;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;
using Hoop.Contracts.Operations;
using Hoop.Policy.Engine.Rules;

namespace Hoop.Policy.Engine;

/// <summary>A compiled policy. Immutable, thread-safe.</summary>
public sealed class PolicyEngine
{
    // Roles come from the document, so there are few combinations; the bound only keeps a hostile caller from filling memory.
    private const int CachedSets = 4096;

    private readonly HoopDocument _document;
    private readonly CompiledRule[] _rules;
    private readonly ApproverMerge _approvers;
    private readonly ConcurrentDictionary<RoleKey, RuleSet> _sets = new();

    private PolicyEngine(HoopDocument document)
    {
        _document = document;
        _rules = [.. document.Policies.Select(rule => new CompiledRule(rule))];
        _approvers = new ApproverMerge(document.Roles);
    }

    public static PolicyEngine Compile(HoopDocument document) => new(document);

    /// <summary>The names of the roles the principal has, sorted.</summary>
    public IReadOnlyList<string> RolesOf(Principal principal) => RoleMembership.Of(principal, _document.Roles);

    /// <summary>True when any rule lets any of the roles do anything on the target: what decides whether a session may open.</summary>
    public bool MayOpen(IReadOnlyList<string> roles, string target) => RulesFor(roles, target)?.MayOpen ?? false;

    /// <summary>True when every operation, understood or not, is allowed without conditions: no other rule speaks of the roles on the target.</summary>
    public bool AllowsEverything(IReadOnlyList<string> roles, string target) => RulesFor(roles, target)?.AllowsEverything ?? false;

    /// <summary>Decides one operation. All matching rules count and the strictest wins; no rule: blocked.</summary>
    public Decision Decide(IReadOnlyList<string> roles, string target, OperationFacts operation) =>
        RulesFor(roles, target)?.Decide(operation)
        ?? new Decision(DecisionOutcome.Block, [], $"the policy has no target \"{target}\"");

    private RuleSet? RulesFor(IReadOnlyList<string> roles, string target) =>
        _sets.TryGetValue(new RoleKey(roles, target), out var known) ? known : Select(roles, target);

    private RuleSet? Select(IReadOnlyList<string> roles, string target)
    {
        if (!_document.Targets.TryGetValue(target, out var document)) return null;

        // The caller's list may change later; the key must not.
        var key = new RoleKey([.. roles], target);
        var rules = _rules.Where(r => RuleScope.Applies(r.Document, roles, target, document));
        var set = new RuleSet(rules, Subject(roles, target), _approvers);
        return _sets.Count < CachedSets ? _sets.GetOrAdd(key, set) : set;
    }

    private static string Subject(IReadOnlyList<string> roles, string target) => roles.Count switch
    {
        0 => $"somebody without a role on {target}",
        1 => $"role {roles[0]} on {target}",
        _ => $"roles {string.Join(", ", roles.Order(StringComparer.Ordinal))} on {target}",
    };
}
