using Hoop.Approval.Expiry;
using Hoop.Approval.Storage;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Hoop.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Saga;

/// <summary>Random lives with steps, vetoes and escalation, messages delivered twice, handlings that end midway and restarts, beside a simple model.</summary>
public sealed class LifeModelTests
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1";
    private static readonly Principal[] Voters =
    [
        Person("a1", "a"), Person("a2", "a"), Person("ab", "a", "b"), Person("b1", "b"), Person("b2", "b"), Person("v", "veto"), Person("s", "standin"),
        Person("nobody"), Agent with { Groups = ["a", "b"] },
    ];

    [Fact]
    public async Task Every_answer_is_the_models_whatever_breaks_in_between()
    {
        var (broker, crash) = (await ApprovalBroker.CreateAsync(), new CrashPoint());
        await using var ingress = await FakeIngress.StartAsync(broker.RabbitMq);
        var instance = await StartAsync(broker, crash);
        try
        {
            for (var seed = 1; seed <= (Long ? 200 : 8); seed++)
            {
                var random = new Random(seed);
                var request = RandomRequest(random);
                await ingress.PublishAsync(request);
                await Eventually.SeenAsync(() => ingress.VoteAsync(new CastVote(request.RequestId, Agent, true, null)), vote => vote.Code != "not-found");
                var model = new Model(request);
                for (var step = 0; step < 12; step++)
                {
                    if (random.Next(5) == 0) crash.Arm((CrashAt)random.Next(4));
                    if (random.Next(Long ? 40 : 70) == 0)
                    {
                        await instance.DisposeAsync();
                        instance = await StartAsync(broker, crash);
                    }
                    await StepAsync(random, ingress, request, model, $"seed {seed}, step {step}");
                }
                (await instance.DecisionsAsync(request.RequestId)).Count(d => d.Kind == "resolved").ShouldBe(model.Resolved ? 1 : 0, $"seed {seed}");
            }
        }
        finally
        {
            await instance.DisposeAsync();
        }
    }

    private static Task<ApprovalInstance> StartAsync(ApprovalBroker broker, CrashPoint crash) => new ApprovalInstance(
        broker, new Dictionary<string, string> { ["Logging:LogLevel:Default"] = "None" },
        services => services.ConfigureDbContext<ApprovalDb>(options => options.AddInterceptors(crash))).ReadyAsync();

    private static async Task StepAsync(Random random, FakeIngress ingress, ApprovalRequested request, Model model, string where)
    {
        switch (random.Next(14))
        {
            case < 9:
                var vote = new CastVote(request.RequestId, Voters[random.Next(Voters.Length)], random.Next(5) > 0, "because");
                var expected = model.Vote(vote.Voter, vote.Approve);
                var counted = await ingress.VoteAsync(vote);
                (counted.Accepted, counted.State).ShouldBe((expected, model.State), $"{where}: {vote.Voter.Name} {(vote.Approve ? "approves" : "denies")}, {counted.Code}");
                break;
            case < 11:
                (await ingress.RedeemAsync(request)).Granted.ShouldBe(model.Use(), $"{where}: use");
                break;
            case 11:
                var again = Guid.NewGuid();
                await Task.WhenAll(ingress.PublishAsync(request, again), ingress.PublishAsync(request, again));
                break;
            default:
                if (random.Next(2) == 0) (await EndAsync(ingress, request, new ApprovalWithdrawn(request.RequestId, "cancelled", request.RequestedAt))).ShouldBe(model.End("withdrawn"), where);
                else (await EndAsync(ingress, request, new ExpiryReached(request.RequestId, request.ExpiresAt))).ShouldBe(model.End("expired"), where);
                break;
        }
    }

    /// <summary>The state once the message, which nobody answers, was handled: twice, with the same id.</summary>
    private static async Task<string> EndAsync<T>(FakeIngress ingress, ApprovalRequested request, T message) where T : class
    {
        var id = Guid.NewGuid();
        await Task.WhenAll(ingress.PublishAsync(message, id), ingress.PublishAsync(message, id));
        return (await Eventually.SeenAsync(
            () => ingress.VoteAsync(new CastVote(request.RequestId, Agent, true, null)), vote => vote.State is not ("pending" or "approved"))).State;
    }

    private static ApprovalRequested RandomRequest(Random random)
    {
        var now = TimeProvider.System.GetUtcNow();
        ApprovalStep[] steps =
        [
            new("first", StepMode.Any, random.Next(1, 3), [Role("a")]),
            random.Next(2) == 0 ? new("second", StepMode.All, 2, [Role("a"), Role("b")]) : new("second", StepMode.Any, 1, [Role("b"), Role("a")]),
        ];
        return Request() with
        {
            // Asked a while ago, so that an escalation is either past or far away.
            RequestedAt = now.AddMinutes(-10),
            Requirements =
            [
                new()
                {
                    Rule = "r", Steps = steps[..random.Next(1, 3)], Veto = random.Next(2) == 0 ? [Role("veto")] : [],
                    Escalation = new(TimeSpan.FromMinutes(random.Next(2) == 0 ? 5 : 20), [Role("standin")]),
                },
            ],
        };
    }

    private sealed class Model(ApprovalRequested request)
    {
        private readonly ApprovalRequirement _asked = request.Requirements[0];
        private readonly bool _escalated = request.Requirements[0].Escalation!.After < TimeSpan.FromMinutes(10);
        private readonly List<Principal> _approved = [];
        private readonly HashSet<string> _voted = [];
        private readonly List<string[]> _owed = [];

        public string State { get; private set; } = "pending";
        public bool Resolved { get; private set; }

        public bool Vote(Principal voter, bool approve)
        {
            var inSteps = _asked.Steps.Any(step => step.Approvers.Any(one => voter.Groups.Contains(one.Name)));
            var veto = _asked.Veto.Count > 0 && voter.Groups.Contains("veto");
            var mayApprove = inSteps || (_escalated && voter.Groups.Contains("standin"));
            if (State != "pending" || voter.Kind != "human" || _voted.Contains(voter.Id) || !(mayApprove || (!approve && veto))) return false;
            if (approve && Seats([.. _approved, voter]) == Seats(_approved)) return false;
            _voted.Add(voter.Id);
            if (approve) _approved.Add(voter);
            else if (_asked.Veto.Count == 0 || veto) Resolve("denied");
            else _owed.Add(Groups(_asked.Steps.FirstOrDefault(step => step.Approvers.Any(one => voter.Groups.Contains(one.Name))) ?? _asked.Steps[0]));
            if (State == "pending" && Seats(_approved) == Places().Count) Resolve("approved");
            return true;
        }

        public bool Use()
        {
            var may = State == "approved";
            if (may) State = "used";
            return may;
        }

        public string End(string state)
        {
            if (State == "pending") Resolve(state);
            else if (State == "approved") State = state;
            return State;
        }

        private void Resolve(string state) => (State, Resolved) = (state, true);

        private List<string[]> Places() =>
        [
            .. _asked.Steps.SelectMany(step => step.Mode == StepMode.All
                ? step.Approvers.Select(one => WithStandIns([one.Name])) : Enumerable.Repeat(Groups(step), step.Count)),
            .. _owed,
        ];

        private string[] Groups(ApprovalStep step) => WithStandIns([.. step.Approvers.Select(one => one.Name)]);

        private string[] WithStandIns(string[] groups) => _escalated ? [.. groups, "standin"] : groups;

        private int Seats(List<Principal> people) => Best(Places(), people);

        /// <summary>Tries everybody, and nobody, in every place.</summary>
        private static int Best(List<string[]> places, List<Principal> people) => places.Count == 0 ? 0 : Math.Max(
            Best(places[1..], people),
            people.Where(person => places[0].Any(person.Groups.Contains)).Select(person => 1 + Best(places[1..], [.. people.Where(other => other != person)])).DefaultIfEmpty().Max());
    }
}
