using Hoop.Approval.Expiry;
using Hoop.Approval.Outbox;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Saga;

public sealed class DurabilityTests
{
    [Fact]
    public async Task Decision_that_was_committed_but_not_sent_is_sent_after_a_restart()
    {
        var broker = await ApprovalBroker.CreateAsync();
        await using var ingress = await FakeIngress.StartAsync(broker.RabbitMq);
        var request = Request(expires: TimeSpan.FromMinutes(1));

        // An instance that dies between commit and send: it never sends.
        await using (var mute = new ApprovalInstance(broker, services: WithoutHosted<OutboxSender>))
        {
            await mute.ReadyAsync();
            await ingress.PublishAsync(request);
            await RowsAsync(broker, "SELECT count(*) FROM approvals", 1);
            await ingress.PublishAsync(Approve(request, Bea));
            await RowsAsync(broker, "SELECT count(*) FROM outbox WHERE type = 'ApprovalResolved'", 1);
        }
        ingress.Resolutions(request.RequestId).ShouldBeEmpty();

        await using var restarted = new ApprovalInstance(broker);
        await restarted.ReadyAsync();

        (await ingress.ResolutionAsync(request.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Approved);
        (await ingress.RedeemAsync(request)).Granted.ShouldBeTrue();
        await RowsAsync(broker, "SELECT count(*) FROM outbox", 0);
    }

    [Fact]
    public async Task Request_that_expires_while_nothing_runs_expires_at_the_next_start()
    {
        var broker = await ApprovalBroker.CreateAsync();
        await using var ingress = await FakeIngress.StartAsync(broker.RabbitMq);
        var request = Request(expires: TimeSpan.FromSeconds(0.5));

        await using (var first = new ApprovalInstance(broker, services: WithoutHosted<ExpiryScanner>))
        {
            await first.ReadyAsync();
            await ingress.PublishAsync(request);
            await RowsAsync(broker, "SELECT count(*) FROM approvals WHERE expires_at < now()", 1);
        }

        await using var restarted = new ApprovalInstance(broker);
        await restarted.ReadyAsync();

        (await ingress.ResolutionAsync(request.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Expired);
    }

    [Fact]
    public async Task Requests_of_an_ingress_that_restarted_are_withdrawn_and_others_are_not()
    {
        var broker = await ApprovalBroker.CreateAsync();
        await using var ingress = await FakeIngress.StartAsync(broker.RabbitMq);
        await using var instance = new ApprovalInstance(broker);
        await instance.ReadyAsync();
        var lost = Request();
        var elsewhere = Request() with { IngressId = "ingress-2" };
        await ingress.PublishAsync(lost);
        await ingress.PublishAsync(elsewhere);
        await RowsAsync(broker, "SELECT count(*) FROM approvals", 2);

        await ingress.PublishAsync(new IngressStarted("ingress-1", TimeProvider.System.GetUtcNow()));

        (await ingress.ResolutionAsync(lost.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Withdrawn);
        (await ingress.VoteAsync(Approve(elsewhere, Bea))).Accepted.ShouldBeTrue();
    }

    [Fact]
    public async Task Record_of_decisions_can_only_grow()
    {
        var broker = await ApprovalBroker.CreateAsync();
        await using var instance = new ApprovalInstance(broker);
        await instance.ReadyAsync();
        await using var database = NpgsqlDataSource.Create(broker.Database);

        foreach (var sql in new[] { "DELETE FROM decisions", "UPDATE decisions SET code = 'x'", "TRUNCATE decisions" })
            (await Should.ThrowAsync<PostgresException>(() => database.CreateCommand(sql).ExecuteNonQueryAsync())).MessageText.ShouldContain("append-only");
    }

    private static void WithoutHosted<T>(IServiceCollection services) =>
        services.Remove(services.Single(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType == typeof(T)));

    private static async Task RowsAsync(ApprovalBroker broker, string count, long expected)
    {
        await using var database = NpgsqlDataSource.Create(broker.Database);
        await Eventually.SeenAsync(() => database.CreateCommand(count).ExecuteScalarAsync(), rows => Equals(rows, expected), what: $"{count} gives {expected}");
    }
}
