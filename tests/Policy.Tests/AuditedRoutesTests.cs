using System.Collections.Concurrent;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.Auditing;
using Hoop.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Hoop.Policy.Tests;

public class AuditedRoutesTests
{
    [Fact]
    public async Task Every_route_that_changes_something_is_on_record_refusals_too()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);

        AuditedRoutes.ShouldAllBeDeclared(rig.Services);
        await AuditedRoutes.ShouldEmitWhenRefusedAsync(rig.Services, rig.Anonymous());
    }

    [Fact]
    public async Task An_activation_is_on_record_with_who_did_it_and_what_came_of_it()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        var ended = new ConcurrentQueue<AdminAction>();
        rig.Services.GetRequiredService<AdminJournal>().Ended += ended.Enqueue;
        (await rig.Bea().PostAsync("/documents", PolicyRig.Body(Samples.Second))).EnsureSuccessStatusCode();
        await rig.Bea().PostAsync("/documents", PolicyRig.Body("nonsense"));
        await rig.As("agent", "agents", "agent").PostAsync("/documents", PolicyRig.Body(Samples.First));

        ended.Select(a => (a.Kind, a.Outcome, a.By?.Subject, a.By?.Kind)).ShouldBe(
            [("policy.activate", "done", "bea", "human"), ("policy.activate", "refused", "bea", "human"), ("policy.activate", "refused", "agent", "agent")]);
        ended.First().Details["version"].ShouldBe("2");
    }

    [Fact]
    public async Task A_file_that_changes_the_policy_is_on_record_before_the_service_answers()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);

        rig.Services.GetRequiredService<AdminJournal>().Waiting.ShouldContain(a => a.Kind == "policy.activate" && a.Details["file"] == "hoop.yaml" && a.Details["version"] == "1");
    }
}
