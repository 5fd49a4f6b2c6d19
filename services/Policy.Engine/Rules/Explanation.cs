using Hoop.Contracts.Operations;

namespace Hoop.Policy.Engine.Rules;

/// <summary>One line for people: what was asked, and what the rules say of it.</summary>
internal static class Explanation
{
    public static readonly ObjectAccess Anything = new("run", "other", GlobSet.UnknownName);

    public static string Blocked(List<CompiledRule> rules, OperationFacts operation) =>
        $"{Policies(rules)} {(rules.Count == 1 ? "blocks" : "block")} {What(rules[0], operation)}";

    public static string Held(List<CompiledRule> rules, OperationFacts operation) =>
        $"{Policies(rules)} {(rules.Count == 1 ? "asks" : "ask")} for approval of {What(rules[0], operation)}";

    public static string Allowed(List<CompiledRule> rules) => $"{Policies(rules)} together allow it";

    /// <param name="named">True when a rule names verb and object, so that only an effect is in the way.</param>
    public static string Uncovered(OperationFacts operation, ObjectAccess access, bool named, string subject)
    {
        if (!operation.Understood) return $"the statement was not understood, and no policy allows everything for {subject}";
        var effects = operation.Effects & ~NaturalEffects.Always;
        return named && effects != Effects.None
            ? $"no policy covers {Describe(access)} with these effects ({EffectNames.Join(effects)}) for {subject}"
            : $"no policy allows {Describe(access)} for {subject}";
    }

    private static string What(CompiledRule rule, OperationFacts operation)
    {
        var access = operation.Accesses.FirstOrDefault(rule.Names);
        var effects = operation.Effects & ~(Effects.Read | Effects.Write);
        var what = access is null ? "this operation" : Describe(access);
        return effects == Effects.None ? what : $"{what} ({EffectNames.Join(effects)})";
    }

    private static string Describe(ObjectAccess access) =>
        access.Name == GlobSet.UnknownName ? access.Verb : $"{access.Verb} on {access.Name}";

    private static string Policies(List<CompiledRule> rules) =>
        (rules.Count == 1 ? "policy " : "policies ") + string.Join(", ", rules.Select(r => $"\"{r.Name}\""));
}
