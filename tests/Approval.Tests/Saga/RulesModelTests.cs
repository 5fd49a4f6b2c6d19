using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Hoop.Testing;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Saga;

/// <summary>Random lives of requests, step by step beside a model that is simple enough to be right by looking at it.</summary>
public sealed class RulesModelTests(SagaRig rig)
{
    private static readonly Principal[] Voters =
        [Ana, Bea, Cleo, Person("dan", "dba"), Person("eve", "engineers"), Agent with { Groups = ["dba"] }, Bea with { Actors = [Agent.Id] }];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_answer_is_the_models(int seed)
    {
        var random = new Random(seed);
        for (var life = 0; life < 6; life++)
        {
            var asker = (random.Next(3) == 0 ? Person("ana", "dba") : Agent) with { Actors = random.Next(3) == 0 ? [Cleo.Id] : [] };
            var request = await rig.OpenAsync(Request(asker, needed: random.Next(1, 4)));
            var model = new Model(request);
            for (var step = 0; step < 12; step++) await StepAsync(random, request, model, $"seed {seed}, life {life}, step {step}");
        }
    }

    private async Task StepAsync(Random random, ApprovalRequested request, Model model, string where)
    {
        switch (random.Next(12))
        {
            case < 8:
                var vote = new CastVote(request.RequestId, Voters[random.Next(Voters.Length)], random.Next(6) > 0, random.Next(3) == 0 ? " " : "because");
                var (accepted, state) = model.Vote(vote);
                var counted = await rig.Ingress.VoteAsync(vote);
                (counted.Accepted, counted.State).ShouldBe((accepted, state), $"{where}: {vote.Voter.Name} {(vote.Approve ? "approves" : "denies")}, {counted.Code}");
                break;
            case < 11:
                var (ingress, boundTo) = (random.Next(4) == 0 ? "other" : request.IngressId, random.Next(4) == 0 ? "other" : request.BoundTo);
                var granted = model.Use(ingress == request.IngressId && boundTo == request.BoundTo);
                (await rig.Ingress.RedeemAsync(request, ingress, boundTo)).Granted.ShouldBe(granted, $"{where}: use");
                break;
            default:
                model.Withdraw();
                await rig.Ingress.PublishAsync(new ApprovalWithdrawn(request.RequestId, "cancelled", TimeProvider.System.GetUtcNow()));
                var probe = new CastVote(request.RequestId, Agent, true, null);
                await Eventually.SeenAsync(() => rig.Ingress.VoteAsync(probe), vote => vote.State is not ("pending" or "approved"));
                break;
        }
    }

    private sealed class Model(ApprovalRequested request)
    {
        private readonly HashSet<string> _voted = [];
        private string _state = "pending";
        private int _approvals;

        public (bool Accepted, string State) Vote(CastVote vote)
        {
            var voter = vote.Voter;
            var may = _state == "pending" && voter.Kind == "human" && voter.Actors.Count == 0 && voter.Groups.Contains("dba")
                && voter.Id != request.Requester.Id && !request.Requester.Actors.Contains(voter.Id) && !_voted.Contains(voter.Id)
                && (vote.Approve || !string.IsNullOrWhiteSpace(vote.Reason));
            if (!may) return (false, _state);
            _voted.Add(voter.Id);
            if (!vote.Approve) _state = "denied";
            else if (++_approvals == request.Requirements[0].Steps[0].Count) _state = "approved";
            return (true, _state);
        }

        public bool Use(bool fits)
        {
            if (_state != "approved" || !fits) return false;
            _state = "used";
            return true;
        }

        public void Withdraw() => _state = _state is "pending" or "approved" ? "withdrawn" : _state;
    }
}
