using Hoop.Approval.Requests;
using Hoop.Approval.Tests.Rigs;
using Hoop.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Requests;

/// <summary>Votes around an outage of the broker.</summary>
public sealed class BrokerAwayTests
{
    // What is broken on purpose is loud.
    private static readonly Dictionary<string, string> Quiet = new() { ["Logging:LogLevel:Default"] = "None" };

    [Fact]
    public async Task A_vote_right_after_the_broker_came_back_is_counted_once_and_answered()
    {
        var direct = await ApprovalBroker.CreateAsync();
        await using var line = new CuttableLine((await RabbitMqServer.SharedAsync()).Port);
        await using var ingress = await FakeIngress.StartAsync(direct.RabbitMq);
        await using var instance = new ApprovalInstance(new ApprovalBroker(direct.Database, new UriBuilder(direct.RabbitMq) { Port = line.Port }.Uri.ToString()), Quiet);
        await instance.ReadyAsync();
        var voting = instance.Services.GetRequiredService<Voting>();
        var requests = Enumerable.Range(0, 3).Select(_ => Request(needed: 2)).ToList();
        foreach (var request in requests)
        {
            await ingress.PublishAsync(request);
            await Eventually.SeenAsync(() => ingress.VoteAsync(Approve(request, Agent)), vote => vote.Code != "not-found");
        }

        await line.BreakAsync();
        // Long enough for whoever looks again in ever longer intervals to be away for long.
        for (var i = 0; i < 2; i++)
        {
            var begun = TimeProvider.System.GetTimestamp();
            (await voting.CastAsync(Guid.NewGuid(), Bea, approve: true, null, CancellationToken.None)).Code.ShouldBe("no-answer");
            TimeProvider.System.GetElapsedTime(begun).ShouldBeLessThan(TimeSpan.FromSeconds(15), "nobody waits for as long as the broker is away");
        }

        line.Mend();
        foreach (var request in requests)
            (await voting.CastAsync(request.RequestId, Bea, approve: true, null, CancellationToken.None)).Code.ShouldBe("counted");
        foreach (var request in requests)
            (await instance.DecisionsAsync(request.RequestId)).Count(decision => decision.Kind == "vote").ShouldBe(1);
    }
}
