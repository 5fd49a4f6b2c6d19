using FsCheck;
using FsCheck.Fluent;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;
using Hoop.Policy.Engine.Rules;
using Shouldly;
using Xunit;

namespace Hoop.Policy.Engine.Tests.Decisions;

/// <summary>What must hold for every policy and every operation.</summary>
public sealed class PolicyProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(3000).WithQuietOnSuccess(true);

    private static readonly Gen<string> Verb = Gen.Elements("select", "insert", "update", "delete", "drop", "create", "grant", "execute", "copy-to", "lock");
    private static readonly Gen<string> Pattern = Gen.Elements("public.*", "*", "*.orders", "public.orders", "private.*", "p*.o*s");
    private static readonly Gen<string> Name = Gen.Elements("public.orders", "public.items", "private.orders", "pg_catalog.now", "*");
    private static readonly Gen<Effects> SomeEffects =
        from bits in Gen.ListOf(Gen.Choose(0, 12)) select bits.Aggregate(Effects.None, (all, bit) => all | (Effects)(1 << bit));

    private static readonly Gen<IReadOnlyList<string>> Verbs = Few(Gen.Frequency((6, Verb), (1, Gen.Constant("*"))));
    private static readonly Gen<IReadOnlyList<string>> EffectWords = Few(Gen.Frequency((6, Gen.Elements(EffectNames.All.ToArray())), (1, Gen.Constant("*"))));

    private static Gen<IReadOnlyList<string>> Few(Gen<string> item) =>
        from count in Gen.Choose(0, 3) from items in Gen.ArrayOf(item, count) select (IReadOnlyList<string>)items;

    private static readonly Gen<RuleDocument> Rule =
        from action in Gen.Elements(Enum.GetValues<RuleAction>())
        from roles in Gen.Elements<string[]>(["agent"], ["dba"], ["*"], ["agent", "dba"])
        from target in Gen.Elements("shop", "*", "lab")
        from verbs in Verbs
        from objects in Few(Pattern)
        from effects in EffectWords
        from rows in Gen.Elements<long?>(null, 10, 100)
        from approvers in Gen.Elements<string[]>(["dba"], ["agent", "dba"])
        select new RuleDocument
        {
            Name = "", Roles = roles, Targets = [target], Action = action, Verbs = verbs, Objects = objects, Effects = effects, MaxRows = rows,
            Approval = action == RuleAction.Approve ? Samples.Asks(approvers.Length, approvers.Length, approvers) : null,
        };

    private static readonly Gen<RuleDocument[]> Rules =
        from rules in Gen.ListOf(Rule) select rules.Take(8).Select((r, i) => r with { Name = $"rule-{i}" }).ToArray();

    private static readonly Gen<OperationFacts> Operation =
        from verbs in Gen.ArrayOf(from v in Verb from n in Name from k in Gen.Elements("table", "function") select new ObjectAccess(v, k, n))
        from effects in SomeEffects
        from understood in Gen.Frequency((8, Gen.Constant(true)), (1, Gen.Constant(false)))
        from plumbing in Gen.Frequency((1, Gen.Constant(true)), (8, Gen.Constant(false)))
        select new OperationFacts
        {
            Protocol = "postgres", Understood = understood, Plumbing = plumbing, Accesses = verbs, Effects = effects, Fingerprint = "f",
        };

    private static PolicyEngine Compile(IEnumerable<RuleDocument> rules) => PolicyEngine.Compile(new HoopDocument
    {
        Targets = new Dictionary<string, TargetDocument>
        {
            ["shop"] = new() { Protocol = "postgres", Address = "a:1", Credential = new CredentialDocument("u", null) },
        },
        Roles = new Dictionary<string, RoleDocument> { ["agent"] = new(["agents"], []), ["dba"] = new(["dba"], []) },
        Policies = [.. rules],
    });

    private static Decision Decide(IEnumerable<RuleDocument> rules, OperationFacts operation) => Compile(rules).Decide(["agent"], "shop", operation);

    private static void ForAll(Func<RuleDocument[], OperationFacts, RuleDocument, bool> property) =>
        Check.One(Thorough, Prop.ForAll(
            Rules.ToArbitrary(), Operation.ToArbitrary(), Rule.ToArbitrary(), (rules, operation, extra) => property(rules, operation, extra with { Name = "extra" })));

    [Fact]
    public void The_order_of_rules_never_matters() => ForAll((rules, operation, extra) =>
    {
        RuleDocument[] all = [.. rules, extra];
        var (forth, back) = (Decide(all, operation), Decide(all.Reverse(), operation));
        back.Outcome.ShouldBe(forth.Outcome);
        back.Rules.ShouldBe(forth.Rules);
        back.Why.ShouldBe(forth.Why);
        back.MaxRows.ShouldBe(forth.MaxRows);
        back.Approval?.Requirements.Select(r => r.Rule).ShouldBe(forth.Approval!.Requirements.Select(r => r.Rule));
        back.Approval?.Expires.ShouldBe(forth.Approval!.Expires);
        return true;
    });

    [Fact]
    public void A_further_block_never_makes_anything_more_permitted() => ForAll((rules, operation, extra) =>
        Decide([.. rules, extra with { Action = RuleAction.Block, Approval = null }], operation).Outcome >= Decide(rules, operation).Outcome);

    [Fact]
    public void A_further_approve_never_turns_into_an_allow() => ForAll((rules, operation, extra) =>
    {
        var approve = extra with { Action = RuleAction.Approve, Approval = Samples.Asks(1, 1, "dba") };
        var (before, after) = (Decide(rules, operation), Decide([.. rules, approve], operation));
        return after.Outcome != DecisionOutcome.Allow || before.Outcome == DecisionOutcome.Allow || operation.Plumbing;
    });

    [Fact]
    public void A_further_allow_never_overrides_a_block_or_a_hold() => ForAll((rules, operation, extra) =>
    {
        var before = Decide(rules, operation);
        var after = Decide([.. rules, extra with { Action = RuleAction.Allow, Approval = null }], operation);
        return before.Outcome == DecisionOutcome.Block && before.Rules.Count > 0
            ? after.Outcome == DecisionOutcome.Block
            : before.Outcome != DecisionOutcome.Hold || after.Outcome == DecisionOutcome.Hold;
    });

    [Fact]
    public void Without_allow_or_approve_everything_is_blocked() => ForAll((rules, operation, _) =>
        Decide(rules.Where(r => r.Action == RuleAction.Block), operation).Outcome == DecisionOutcome.Block);

    [Fact]
    public void An_allow_names_the_rules_that_made_it() => ForAll((rules, operation, extra) =>
    {
        var decision = Decide([.. rules, extra], operation);
        return decision.Outcome != DecisionOutcome.Allow || operation.Plumbing || decision.Rules.Count > 0;
    });

    [Fact]
    public void More_effects_never_make_anything_more_permitted() => ForAll((rules, operation, extra) =>
    {
        RuleDocument[] all = [.. rules, extra];
        // An approve rule may wait for an effect: then more effects mean a hold where nothing was allowed, never an allow.
        var (less, more) = (Decide(all, operation), Decide(all, operation with { Effects = operation.Effects | Effects.Unknown | Effects.FileAccess }));
        return more.Outcome != DecisionOutcome.Allow || less.Outcome == DecisionOutcome.Allow;
    });

    [Fact]
    public void Globs_agree_with_a_plain_definition() =>
        Check.One(Thorough, Prop.ForAll(
            Letters(8, 'a', 'b', '.', '*').ToArbitrary(), Letters(12, 'a', 'b', '.').ToArbitrary(),
            (pattern, name) => new Glob(new string(pattern)).Matches(new string(name)) == Plain(pattern, name)));

    private static Gen<char[]> Letters(int most, params char[] letters) =>
        from length in Gen.Choose(0, most) from text in Gen.ArrayOf(Gen.Elements(letters), length) select text;

    private static bool Plain(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (pattern.IsEmpty) return name.IsEmpty;
        if (pattern[0] != '*') return !name.IsEmpty && pattern[0] == name[0] && Plain(pattern[1..], name[1..]);
        return Plain(pattern[1..], name) || (!name.IsEmpty && Plain(pattern, name[1..]));
    }

    [Fact]
    public void A_hostile_glob_takes_no_longer_than_pattern_times_name() =>
        new Glob(string.Concat(Enumerable.Repeat("*a", 200)) + "b").Matches(new string('a', 20_000)).ShouldBeFalse();
}
