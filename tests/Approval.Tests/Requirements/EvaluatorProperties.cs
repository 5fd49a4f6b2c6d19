using Hoop.Approval.Requirements;
using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Requirements;

/// <summary>What must hold for every requirement and every vote, held against trying all ways of seating people.</summary>
public sealed class EvaluatorProperties
{
    private static readonly DateTimeOffset Asked = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Groups = ["a", "b", "c"];
    private static readonly int Rounds = Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1" ? 200_000 : 4_000;

    [Fact]
    public void It_is_met_just_when_different_people_can_fill_every_place() => ForAll((requirement, votes) =>
    {
        var yes = votes.Where(vote => vote.Approve).ToList();
        var expected = Seatable(Places(requirement), [.. yes.Select(vote => vote.Voter)]);

        (RequirementEvaluator.Evaluate(requirement, Facts(yes)).Progress == Progress.Met).ShouldBe(expected);
    });

    [Fact]
    public void A_further_approval_never_takes_away_and_helps_just_when_it_is_said_to() => ForAll((requirement, votes) =>
    {
        var yes = votes.Where(vote => vote.Approve).ToList();
        for (var i = 1; i <= yes.Count; i++)
        {
            var (before, after) = (RequirementEvaluator.Evaluate(requirement, Facts(yes[..(i - 1)])), RequirementEvaluator.Evaluate(requirement, Facts(yes[..i])));
            (after.Progress == Progress.Met || before.Progress != Progress.Met).ShouldBeTrue();
            var helps = Seated(after) > Seated(before);
            RequirementEvaluator.WouldHelp(requirement, yes[i - 1].Voter, Facts(yes[..(i - 1)])).ShouldBe(helps);
            Seated(after).ShouldBeGreaterThanOrEqualTo(Seated(before));
        }
    });

    [Fact]
    public void A_denial_never_helps() => ForAll((requirement, votes) =>
    {
        var without = RequirementEvaluator.Evaluate(requirement, Facts([.. votes.Where(vote => vote.Approve)]));
        var with = RequirementEvaluator.Evaluate(requirement, Facts(votes));
        if (with.Progress == Progress.Met) without.Progress.ShouldBe(Progress.Met);
        if (requirement.Veto.Count == 0 && votes.Any(vote => !vote.Approve && RequirementEvaluator.Concerns(requirement, vote.Voter, Facts(votes))))
            with.Progress.ShouldBe(Progress.Refused);
    });

    [Fact]
    public void The_order_of_votes_decides_nothing() => ForAll((requirement, votes) =>
        RequirementEvaluator.Evaluate(requirement, Facts([.. votes.Reverse()])).Progress.ShouldBe(RequirementEvaluator.Evaluate(requirement, Facts(votes)).Progress));

    [Fact]
    public void Nobody_counts_twice_and_what_is_missing_is_said() => ForAll((requirement, votes) =>
    {
        var standing = RequirementEvaluator.Evaluate(requirement, Facts(votes));
        var counted = standing.Steps.SelectMany(step => step.ApprovedBy).ToList();
        counted.ShouldBeUnique();
        counted.ShouldBeSubsetOf(votes.Where(vote => vote.Approve).Select(vote => vote.Voter.Name));
        (standing.Missing.Length > 0).ShouldBe(standing.Progress != Progress.Met);
    });

    private static int Seated(RequirementStanding standing) => standing.Steps.Sum(step => step.ApprovedBy.Count);

    private static void ForAll(Action<ApprovalRequirement, Vote[]> property)
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var (requirement, votes) = (Requirement(random), Votes(random));
            try
            {
                property(requirement, votes);
            }
            catch (ShouldAssertException e)
            {
                throw new ShouldAssertException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    private static ApprovalRequirement Requirement(Random random) => new()
    {
        Rule = "r",
        Steps = [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => Step(random, i))],
        Veto = random.Next(3) == 0 ? [Role(Groups[random.Next(3)])] : [],
    };

    private static ApprovalStep Step(Random random, int index)
    {
        // Never people alone: too few of them may be left, which is refused, and tested by itself.
        Approver[] approvers = [Role(Groups[random.Next(3)]), .. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(2) == 0 ? Role(Groups[random.Next(3)]) : Named($"p{random.Next(6)}"))];
        if (random.Next(3) > 0) return new ApprovalStep($"s{index}", StepMode.Any, random.Next(1, 4), approvers);
        approvers = [.. approvers.Where(approver => approver.Kind == ApproverKind.Role)];
        return new ApprovalStep($"s{index}", StepMode.All, approvers.Length, approvers);
    }

    private static Vote[] Votes(Random random) =>
    [
        .. Enumerable.Range(0, 6).Where(_ => random.Next(4) > 0).Select(i => new Vote(
            Person($"p{i}", [.. Groups.Where(_ => random.Next(2) == 0)]), random.Next(5) > 0, "because", Asked)),
    ];

    private static Facts Facts(IReadOnlyList<Vote> votes) => new(Agent, votes, Asked, Asked.AddMinutes(15), Asked.AddMinutes(1));

    private static List<Func<Principal, bool>> Places(ApprovalRequirement requirement)
    {
        var places = new List<Func<Principal, bool>>();
        foreach (var step in requirement.Steps)
        {
            if (step.Mode == StepMode.All) places.AddRange(step.Approvers.Select(one => (Func<Principal, bool>)(person => Fits(one, person))));
            else places.AddRange(Enumerable.Repeat<Func<Principal, bool>>(person => step.Approvers.Any(one => Fits(one, person)), step.Count));
        }
        return places;
    }

    private static bool Fits(Approver approver, Principal person) =>
        approver.Kind == ApproverKind.Person ? person.Name == approver.Name : person.Groups.Contains(approver.Name);

    /// <summary>Tries everybody in every place.</summary>
    private static bool Seatable(List<Func<Principal, bool>> places, List<Principal> people) =>
        places.Count == 0 || (places.Count <= people.Count && people.Any(person => places[0](person) && Seatable(places[1..], [.. people.Where(other => other != person)])));
}
