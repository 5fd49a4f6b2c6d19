using Hoop.Approval.Storage;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Hoop.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Saga;

/// <summary>Whatever breaks in the middle of a transition, nothing is lost and nothing is released twice.</summary>
public sealed class FaultTests
{
    // What is broken on purpose is loud.
    private static readonly Dictionary<string, string> Quiet = new() { ["Logging:LogLevel:Default"] = "None" };
    private readonly HastenedClock _clock = new();
    private static readonly bool Long = Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1";

    [Fact]
    public async Task Each_transition_survives_an_end_at_each_of_its_steps()
    {
        var (broker, crash) = (await ApprovalBroker.CreateAsync(), new CrashPoint());
        await using var ingress = await FakeIngress.StartAsync(broker.RabbitMq);
        await using var instance = new ApprovalInstance(broker, Quiet, services: services => services
            .ConfigureDbContext<ApprovalDb>(options => options.AddInterceptors(crash)).AddSingleton<TimeProvider>(_clock));
        await instance.ReadyAsync();

        var turn = 0;
        foreach (var at in Enum.GetValues<CrashAt>())
        {
            foreach (var life in (Func<Func<Task>, FakeIngress, ApprovalRequested, Task>[])[ApproveAndUseAsync, DenyAsync, WithdrawAsync, ExpireAsync, BreakGlassAsync])
            {
                // Each message of a life in turn is the one that is interrupted.
                turn++;
                for (var victim = 1; victim <= 3; victim++)
                {
                    if (!Long && victim != (turn % 3) + 1) continue;
                    var now = _clock.GetUtcNow();
                    var (request, sent) = (Request() with { RequestedAt = now, ExpiresAt = now.AddHours(1) }, 0);
                    Task Next()
                    {
                        if (++sent == victim) crash.Arm(at);
                        return Task.CompletedTask;
                    }
                    await life(Next, ingress, request);
                    var kinds = (await instance.DecisionsAsync(request.RequestId)).Select(d => d.Kind).ToList();
                    kinds.Count(kind => kind == "resolved").ShouldBe(1, $"{life.Method.Name}, {at}, message {victim}");
                    kinds.Count(kind => kind == "used").ShouldBeLessThanOrEqualTo(1, $"{life.Method.Name}, {at}, message {victim}");
                }
            }
        }
        crash.IsSpent.ShouldBeTrue();
    }

    [Fact]
    public async Task Lines_to_broker_and_database_that_are_cut_lose_nothing()
    {
        var direct = await ApprovalBroker.CreateAsync();
        await using var toDatabase = new CuttableLine((await PostgresServer.SharedAsync()).Port);
        await using var toBroker = new CuttableLine((await RabbitMqServer.SharedAsync()).Port);
        var through = new ApprovalBroker(
            new NpgsqlConnectionStringBuilder(direct.Database) { Port = toDatabase.Port }.ConnectionString,
            new UriBuilder(direct.RabbitMq) { Port = toBroker.Port }.Uri.ToString());
        await using var ingress = await FakeIngress.StartAsync(direct.RabbitMq);
        await using var instance = new ApprovalInstance(through, Quiet);
        await instance.ReadyAsync();

        var lives = Enumerable.Range(0, Long ? 300 : 24).Select(i => LiveAsync(ingress, i)).ToList();
        var all = Task.WhenAll(lives);
        for (var cut = 0; !all.IsCompleted && cut < (Long ? 60 : 8); cut++)
        {
            await Task.WhenAny(all, Task.Delay(TimeSpan.FromMilliseconds(150 + (cut * 37 % 200))));
            (cut % 2 == 0 ? toDatabase : toBroker).Cut();
        }

        await ShouldBeWholeAsync(direct, await all);
    }

    [Fact]
    public async Task Killed_at_any_moment_it_loses_nothing_and_releases_nothing_twice()
    {
        var broker = await ApprovalBroker.CreateAsync();
        await using var ingress = await FakeIngress.StartAsync(broker.RabbitMq);
        var data = TestFolders.Create("hoop-approval-");
        var service = await ApprovalProcess.StartAsync(broker, data);
        await service.ReadyAsync();
        var all = Task.WhenAll(Enumerable.Range(0, Long ? 200 : 16).Select(i => LiveAsync(ingress, i)));
        for (var kill = 0; kill < (Long ? 10 : 2); kill++)
        {
            await Task.WhenAny(all, Task.Delay(TimeSpan.FromMilliseconds(200 + (kill * 131 % 400))));
            await service.KillAsync();
            service = await ApprovalProcess.StartAsync(broker, data);
        }
        try
        {
            await ShouldBeWholeAsync(broker, await all);
        }
        finally
        {
            await service.KillAsync();
            data.Delete(recursive: true);
        }
    }

    /// <summary>Asked, approved by two (each vote sent twice), used by two at once: the request, and how many uses were granted.</summary>
    private static async Task<(ApprovalRequested Request, int Granted)> LiveAsync(FakeIngress ingress, int number)
    {
        var request = Request(needed: 2, expires: TimeSpan.FromMinutes(5));
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        await ingress.PublishAsync(request, first);
        await ingress.PublishAsync(request, first);
        // A vote may overtake its request: asked again until it is there.
        await Eventually.SeenAsync(() => VoteAsync(ingress, request, Bea), vote => vote.Accepted || vote.Code is "already-voted" or "already-decided", seconds: 120);
        await ingress.PublishAsync(Approve(request, Cleo, $"life {number}"), second);
        await ingress.PublishAsync(Approve(request, Cleo, $"life {number}"), second);
        (await ingress.ResolutionAsync(request.RequestId, seconds: 120)).Outcome.ShouldBe(ApprovalOutcome.Approved);
        var uses = await Task.WhenAll(ingress.RedeemAsync(request, seconds: 120), ingress.RedeemAsync(request, seconds: 120));
        return (request, uses.Count(use => use.Granted));
    }

    private static async Task<VoteCounted> VoteAsync(FakeIngress ingress, ApprovalRequested request, Principal voter)
    {
        try
        {
            return await ingress.VoteAsync(Approve(request, voter));
        }
        catch (MassTransit.RequestTimeoutException)
        {
            // Its answer was lost with whoever had it; the vote was not, or is cast again.
            return new VoteCounted(request.RequestId, false, "no-answer", "", "");
        }
    }

    private static async Task ShouldBeWholeAsync(ApprovalBroker broker, (ApprovalRequested Request, int Granted)[] lives)
    {
        lives.ShouldAllBe(life => life.Granted == 1);
        await using var database = NpgsqlDataSource.Create(broker.Database);
        (await CountAsync("SELECT count(*) FROM approvals WHERE state = 'Used'")).ShouldBe(lives.Length);
        (await CountAsync("SELECT count(*) FROM decisions WHERE kind = 'used'")).ShouldBe(lives.Length);
        (await CountAsync("SELECT count(*) FROM decisions WHERE kind = 'resolved'")).ShouldBe(lives.Length);
        (await CountAsync("SELECT count(*) FROM decisions WHERE kind = 'vote'")).ShouldBe(2 * lives.Length);
        await Eventually.TrueAsync(async () => await CountAsync("SELECT count(*) FROM outbox") == 0);

        async Task<long> CountAsync(string sql) => (long)(await database.CreateCommand(sql).ExecuteScalarAsync())!;
    }

    private static async Task ApproveAndUseAsync(Func<Task> next, FakeIngress ingress, ApprovalRequested request)
    {
        await next();
        await ingress.PublishAsync(request);
        await OpenedAsync(ingress, request);
        await next();
        await ingress.VoteAsync(Approve(request, Bea));
        (await ingress.ResolutionAsync(request.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Approved);
        await next();
        (await ingress.RedeemAsync(request)).Granted.ShouldBeTrue();
        (await ingress.RedeemAsync(request)).Granted.ShouldBeFalse();
    }

    private static async Task DenyAsync(Func<Task> next, FakeIngress ingress, ApprovalRequested request)
    {
        await next();
        await ingress.PublishAsync(request);
        await OpenedAsync(ingress, request);
        await next();
        await ingress.VoteAsync(Deny(request, Bea, "no"));
        await next();
        (await ingress.ResolutionAsync(request.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Denied);
        (await ingress.RedeemAsync(request)).Granted.ShouldBeFalse();
    }

    private static async Task WithdrawAsync(Func<Task> next, FakeIngress ingress, ApprovalRequested request)
    {
        await next();
        await ingress.PublishAsync(request);
        await OpenedAsync(ingress, request);
        await next();
        await ingress.PublishAsync(new ApprovalWithdrawn(request.RequestId, "cancelled", TimeProvider.System.GetUtcNow()));
        await next();
        (await ingress.ResolutionAsync(request.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Withdrawn);
        (await ingress.VoteAsync(Approve(request, Bea))).Code.ShouldBe("already-decided");
    }

    private async Task ExpireAsync(Func<Task> next, FakeIngress ingress, ApprovalRequested request)
    {
        request = request with { Requirements = [Needs(1) with { Escalation = new(TimeSpan.FromMinutes(20), [Role("lead")]) }] };
        await next();
        await ingress.PublishAsync(request);
        await OpenedAsync(ingress, request);
        await next();
        _clock.Advance(TimeSpan.FromMinutes(20));
        await ingress.HeardAsync<ApprovalEscalated>(told => told.RequestId == request.RequestId);
        await next();
        _clock.Advance(TimeSpan.FromMinutes(40));
        (await ingress.ResolutionAsync(request.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Expired);
        (await ingress.RedeemAsync(request)).Granted.ShouldBeFalse();
    }

    private static async Task BreakGlassAsync(Func<Task> next, FakeIngress ingress, ApprovalRequested request)
    {
        request = request with
        {
            Requester = Person("ona", "oncall"),
            Requirements = [Needs(1) with { Emergency = new([Role("oncall")], new("review", StepMode.Any, 1, [Role("security")]), TimeSpan.FromHours(1)) }],
            Justification = new Justification("incident 42", Emergency: true),
        };
        await next();
        await ingress.PublishAsync(request);
        await ingress.HeardAsync<EmergencyAccessUsed>(used => used.RequestId == request.RequestId);
        await next();
        (await ingress.RedeemAsync(request)).Granted.ShouldBeTrue();
        await Eventually.SeenAsync(() => ReviewAsync(ingress, request, Agent), review => review.Code != "not-found");
        await next();
        (await ReviewAsync(ingress, request, Person("sam", "security"))).State.ShouldBe("reviewed");
        await ingress.HeardAsync<EmergencyReviewed>(reviewed => reviewed.RequestId == request.RequestId);
    }

    private static Task<ReviewCounted> ReviewAsync(FakeIngress ingress, ApprovalRequested request, Principal reviewer) =>
        ingress.AskAsync<CastReview, ReviewCounted>(new CastReview(request.RequestId, reviewer, true, "looked at it"));

    private static Task OpenedAsync(FakeIngress ingress, ApprovalRequested request) =>
        Eventually.SeenAsync(() => ingress.VoteAsync(new CastVote(request.RequestId, Agent, true, null)), vote => vote.Code != "not-found");

    /// <summary>The system's clock, and ahead of it by what a test skips.</summary>
    private sealed class HastenedClock : TimeProvider
    {
        private long _ahead;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);
    }
}
