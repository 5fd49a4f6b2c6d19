using System.Collections.Frozen;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;

namespace Hoop.Policy.Engine.Rules;

/// <summary>One rule, ready to be matched. Who and where are settled before (<see cref="RuleScope"/>); this is what it speaks of.</summary>
internal sealed class CompiledRule
{
    private readonly FrozenSet<string> _verbs;
    private readonly GlobSet _objects;
    private readonly Effects _effects;
    private readonly bool _anyVerb;
    private readonly bool _anyEffect;
    private readonly bool _namesVerbsOrObjects;

    public CompiledRule(RuleDocument rule)
    {
        Document = rule;
        _anyVerb = rule.Verbs.Count == 0 || rule.Verbs.Contains("*");
        _verbs = WithSynonyms(rule.Verbs).ToFrozenSet(StringComparer.Ordinal);
        _objects = new GlobSet(rule.Objects);
        _anyEffect = rule.Effects.Contains("*");
        _effects = _anyEffect ? (Effects)~0 : EffectsOf(rule);
        _namesVerbsOrObjects = rule.Verbs.Count > 0 || rule.Objects.Count > 0;
        Allowed = new Decision(DecisionOutcome.Allow, [rule.Name], $"policy \"{rule.Name}\" allows it", MaxRows: rule.MaxRows) { RecordRows = rule.RecordRows };
    }

    public RuleDocument Document { get; }

    public string Name => Document.Name;

    /// <summary>The decision when this rule alone allows an operation: made once, so that allowing costs nothing.</summary>
    public Decision Allowed { get; }

    /// <summary>Every verb, object and effect: the only rule that covers what was not understood.</summary>
    public bool IsEverything => _anyVerb && _objects.MatchesAll && _anyEffect;

    /// <summary>Every verb and object, whatever the effects: as a block, nothing is left.</summary>
    public bool IsUnconditional => _anyVerb && _objects.MatchesAll && (_anyEffect || Document.Effects.Count == 0);

    /// <summary>
    /// Whether a block or approve rule speaks of the operation: all of what it names must be met, the verb and object by the same
    /// access. Reads loosely on purpose, so that an extra effect never takes an operation out of a restricting rule.
    /// </summary>
    public bool Concerns(OperationFacts operation) =>
        (Document.Effects.Count == 0 || _anyEffect || (operation.Effects & _effects) != 0)
        && (!_namesVerbsOrObjects || NamesAny(operation.Accesses));

    /// <summary>Whether an allow or approve rule covers one access, every effect that the access may cause included.</summary>
    /// <param name="required">Effects of the operation that this access must answer for.</param>
    public bool Covers(ObjectAccess access, Effects required) => Names(access) && (required & ~(_effects | Natural(access))) == 0;

    public bool Names(ObjectAccess access) => (_anyVerb || NamesVerb(access)) && _objects.Matches(access.Name);

    private Effects Natural(ObjectAccess access) =>
        (_anyVerb ? NaturalEffects.OfAnyVerb : Effects.None) | (NamesVerb(access) ? NaturalEffects.Of(access.Verb) : Effects.None);

    private bool NamesVerb(ObjectAccess access) =>
        _verbs.Contains(access.Verb) || (access.Kind == "function" && IsCall(access.Verb) && (_verbs.Contains("execute") || _verbs.Contains("call")));

    private static bool IsCall(string verb) => verb is "execute" or "call";

    private bool NamesAny(IReadOnlyList<ObjectAccess> accesses)
    {
        if (_anyVerb && _objects.MatchesAll) return true;
        for (var i = 0; i < accesses.Count; i++)
            if (Names(accesses[i])) return true;
        return false;
    }

    /// <summary>COPY moves the same rows as SELECT and INSERT, so a rule for these speaks of COPY too.</summary>
    private static IEnumerable<string> WithSynonyms(IReadOnlyList<string> verbs)
    {
        foreach (var verb in verbs)
        {
            yield return verb;
            if (verb == "select") yield return "copy-to";
            if (verb == "insert") yield return "copy-from";
        }
    }

    private static Effects EffectsOf(RuleDocument rule)
    {
        var effects = Effects.None;
        foreach (var name in rule.Effects)
        {
            effects |= EffectNames.TryParse(name, out var effect)
                ? effect
                : throw new ArgumentException($"policy \"{rule.Name}\" names the unknown effect \"{name}\"");
        }
        return effects;
    }
}
