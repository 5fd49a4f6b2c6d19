using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Chain.Sinks;
using Hoop.Audit.Tests.Rigs;
using Hoop.ServiceDefaults.Http;
using Hoop.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Chain;

public sealed class SinkTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public async Task A_webhook_gets_every_checkpoint_signed_and_again_after_it_was_down()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var webhook = new WebhookSink(Webhook(receiver.Url, Secret), Http(), TimeProvider.System);
        var delivery = new CheckpointDelivery(evidence.Log, evidence.Database);
        await evidence.SealSessionsAsync(3);
        receiver.Status = 503;
        (await Should.ThrowAsync<HttpRequestException>(() => delivery.DeliverNextAsync(webhook, CancellationToken.None))).Message.ShouldBe("it answers HTTP 503");
        (await delivery.StateAsync(webhook, CancellationToken.None)).ShouldSatisfyAllConditions(s => s.Behind.ShouldBe(3), s => s.Since.ShouldNotBeNull());

        receiver.Status = 204;
        while (await delivery.DeliverNextAsync(webhook, CancellationToken.None))
        {
        }

        (await delivery.StateAsync(webhook, CancellationToken.None)).Behind.ShouldBe(0);
        var taken = receiver.Taken.Where(t => t.Status == 204).ToList();
        taken.Select(t => t.Id).ShouldBe(["hoop-1", "hoop-2", "hoop-3"]);
        receiver.Taken.First().Id.ShouldBe("hoop-1");
        var (log, problem) = await CheckpointLog.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', taken.Select(t => t.Body)))), new KeyRing(evidence.Key.PublicKey));
        problem.ShouldBeNull();
        log!.Size.ShouldBe(3);
        foreach (var t in taken)
            t.Signature.ShouldBe("v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{t.Id}.{t.Timestamp}.{t.Body}"))));
    }

    [Fact]
    public void A_webhook_is_signed_as_the_specification_signs_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://receiver.example.com");
        StandardWebhook.Sign(request, StandardWebhook.KeyOf(Secret, "Secret"), "msg_p5jXN8AQM9LWM0D4loKWxJek", Encoding.UTF8.GetBytes("""{"test": 2432232314}"""), DateTimeOffset.FromUnixTimeSeconds(1614265330));

        request.Headers.GetValues("webhook-signature").Single().ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var evidence = await EvidenceDatabase.CreateAsync();
        await evidence.SealSessionsAsync(1);
        receiver.Status = 307;
        var delivery = new CheckpointDelivery(evidence.Log, evidence.Database);

        (await Should.ThrowAsync<HttpRequestException>(() => delivery.DeliverNextAsync(new WebhookSink(Webhook(receiver.Url, Secret), Http(), TimeProvider.System), CancellationToken.None))).Message.ShouldBe("it answers HTTP 307");
        receiver.Taken.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_sink_that_is_behind_for_minutes_makes_the_service_degraded_and_one_that_is_down_stops_no_other()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Status = 500;
        await using var evidence = await EvidenceDatabase.CreateAsync();
        await evidence.SealSessionsAsync(2);
        var file = Path.Combine(Directory.CreateTempSubdirectory("hoop-sink-").FullName, "kept.jsonl");
        ICheckpointSink[] sinks = [new WebhookSink(Webhook(receiver.Url, Secret), Http(), TimeProvider.System), new FileSink(file)];
        var (clock, delivery) = (new ManualClock(TimeProvider.System.GetUtcNow()), new CheckpointDelivery(evidence.Log, evidence.Database));
        var health = new SinkHealth(sinks, delivery, clock);
        using var couriers = new SinkCouriers(sinks, delivery, clock, NullLogger<SinkCouriers>.Instance);
        await couriers.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(async () => (await delivery.StateAsync(sinks[1], CancellationToken.None)).Behind == 0);
        (await health.CheckHealthAsync(new HealthCheckContext())).Status.ShouldBe(HealthStatus.Healthy);

        clock.Advance(TimeSpan.FromMinutes(3));
        var late = await health.CheckHealthAsync(new HealthCheckContext());
        (late.Status, late.Description!.StartsWith("webhook:kept is 2 entries behind since ", StringComparison.Ordinal)).ShouldBe((HealthStatus.Degraded, true));
        receiver.Status = 200;
        await Eventually.TrueAsync(async () =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return (await delivery.StateAsync(sinks[0], CancellationToken.None)).Behind == 0;
        });
        (await health.CheckHealthAsync(new HealthCheckContext())).Status.ShouldBe(HealthStatus.Healthy);
        await couriers.StopAsync(CancellationToken.None);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Theory]
    [InlineData("http://receiver.example.com", Secret, "Url is no https URL")]
    [InlineData("receiver", Secret, "Url is no https URL")]
    [InlineData("https://receiver.example.com", "short", "Secret is not a webhook's secret")]
    [InlineData("https://receiver.example.com", "whsec_c2hvcnQ=", "Secret is not a webhook's secret")]
    public void A_webhook_that_is_not_said_right_is_one_clear_line_without_the_secret(string url, string secret, string problem)
    {
        var message = Should.Throw<InvalidOperationException>(() => Webhook(url, secret)).Message;
        message.ShouldContain(problem);
        message.ShouldNotContain(secret);
    }

    private static CheckpointWebhook Webhook(string url, string secret) => CheckpointWebhook.From(new ConfigurationBuilder().AddInMemoryCollection(
        [new("Hoop:Audit:CheckpointWebhooks:kept:Url", url), new("Hoop:Audit:CheckpointWebhooks:kept:Secret", secret)]).Build()).Single();

    private static IHttpClientFactory Http()
    {
        var services = new ServiceCollection();
        services.AddHttpClient(WebhookSink.HttpName).ConfigurePrimaryHttpMessageHandler(WebhookSink.Handler);
        return services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>();
    }

    private sealed record Post(string Id, string Timestamp, string Signature, string Body, int Status);

    private sealed class Receiver(WebApplication app) : IAsyncDisposable
    {
        public ConcurrentQueue<Post> Taken { get; } = new();
        public int Status { get; set; } = 200;
        public string Url => app.Urls.First() + "/checkpoints";

        public static async Task<Receiver> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var receiver = new Receiver(builder.Build());
            receiver.Map();
            await receiver.Start();
            return receiver;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private Task Start() => app.StartAsync();

        private void Map() => app.MapPost("/checkpoints", async (HttpRequest request, HttpResponse response) =>
        {
            using var reader = new StreamReader(request.Body);
            var status = Status;
            Taken.Enqueue(new Post(request.Headers["webhook-id"]!, request.Headers["webhook-timestamp"]!, request.Headers["webhook-signature"]!, await reader.ReadToEndAsync(), status));
            response.StatusCode = status;
            if (status == 307)
                response.Headers.Location = "/checkpoints";
        });
    }
}
