using System.Collections.Concurrent;
using Hoop.Approval.Requests;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.Auditing;
using Hoop.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Requests;

public sealed class AuditedRoutesTests(SagaRig rig)
{
    [Fact]
    public async Task Every_route_that_changes_something_is_on_record_refusals_too()
    {
        using var anonymous = rig.One.CreateClient(new() { AllowAutoRedirect = false });

        AuditedRoutes.ShouldAllBeDeclared(rig.One.Services);
        await AuditedRoutes.ShouldEmitWhenRefusedAsync(rig.One.Services, anonymous);
    }

    [Fact]
    public async Task A_vote_that_does_not_count_is_on_record_like_one_that_does()
    {
        var request = await rig.OpenAsync(Request(Ana with { Groups = ["dba"] }));
        var ended = new ConcurrentQueue<AdminAction>();
        rig.One.Services.GetRequiredService<AdminJournal>().Ended += ended.Enqueue;
        var voting = rig.One.Services.GetRequiredService<Voting>();

        await voting.CastAsync(request.RequestId, Ana, true, "my own", CancellationToken.None);
        await voting.CastAsync(request.RequestId, Bea, true, "fine", CancellationToken.None);

        var votes = ended.Where(a => a.Details.GetValueOrDefault("request") == request.RequestId.ToString()).ToList();
        votes.Select(v => (v.Kind, v.Outcome, v.By!.Subject)).ShouldBe([("request.approve", "refused", Ana.Subject), ("request.approve", "done", Bea.Subject)]);
        votes[0].Details["reason"].ShouldBe("my own");
    }
}
