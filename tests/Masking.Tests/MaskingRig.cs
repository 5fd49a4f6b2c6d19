using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Threading.Channels;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Documents;
using Hoop.Testing;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;

namespace Hoop.Masking.Tests;

/// <summary>The service on a real database and broker, beside a Policy service that says what the test wants.</summary>
internal sealed class MaskingRig : IAsyncDisposable
{
    public const string InternalKey = "test-internal-key";

    private readonly Dictionary<string, string> _settings = [];
    private readonly Channel<MaskingActivated> _announced = Channel.CreateUnbounded<MaskingActivated>();
    private readonly Channel<long> _served = Channel.CreateUnbounded<long>();
    private readonly FakeIssuer _issuer;
    private readonly WebApplication _policy;
    private WebApplicationFactory<Program>? _factory;
    private IBusControl? _bus;

    private MaskingRig(FakeIssuer issuer)
    {
        _issuer = issuer;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _policy = builder.Build();
        _policy.MapGet("/documents/current", (HttpRequest request) =>
            !request.Headers.ContainsKey("X-Hoop-Internal") ? Results.StatusCode(401)
            : !PolicyAnswers ? Results.StatusCode(503)
            : Policy is { } document ? Serve(document) : Results.NotFound());
    }

    public HoopDocument? Policy { get; private set; }

    public bool PolicyAnswers { get; set; } = true;

    public static async Task<MaskingRig> StartAsync(params MaskDocument[] masks)
    {
        var postgres = await PostgresServer.SharedAsync();
        var rig = new MaskingRig(await FakeIssuer.StartAsync());
        await rig._policy.StartAsync();
        var broker = await (await RabbitMqServer.SharedAsync()).CreateVirtualHostAsync();
        rig._settings["ConnectionStrings:maskingdb"] = postgres.ConnectionString(await postgres.CreateDatabaseAsync());
        rig._settings["ConnectionStrings:rabbitmq"] = broker;
        rig._settings["Hoop:InternalKey"] = InternalKey;
        rig._settings["services:policy:http:0"] = rig._policy.Urls.First();
        rig._settings["Logging:LogLevel:Default"] = "None";
        await rig.ListenAsync(broker);
        if (masks.Length > 0) rig.SetPolicy(1, masks);
        await rig.StartServiceAsync();
        return rig;
    }

    public async Task StartServiceAsync()
    {
        if (_factory is not null) await _factory.DisposeAsync();
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            foreach (var (key, value) in _settings) host.UseSetting(key, value);
        });
        _ = _factory.Server;
    }

    /// <summary>What Policy serves from now on; nobody is told.</summary>
    public void SetPolicy(long version, params MaskDocument[] masks) => Policy = new HoopDocument
    {
        Version = version, Digest = $"digest-{version}", Masks = masks, Issuers = [new IssuerDocument(_issuer.Url, "hoop", new Dictionary<string, string>())],
    };

    public Task TellAsync() => _bus!.Publish(new PolicyActivated(Policy!.Version, Policy.Digest));

    public Task<MaskingActivated> NextAnnouncedAsync() => _announced.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public async Task<MaskingDocument?> CurrentAsync()
    {
        using var service = Service();
        using var answer = await service.GetAsync("/documents/current");
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.Content.ReadFromJsonAsync<MaskingDocument>(DocumentCache<MaskingDocument>.Json);
    }

    public IServiceProvider Services => _factory!.Services;

    public HttpClient Service() => _factory!.CreateDefaultClient(new SigningHandler(InternalKey));

    public HttpClient Anonymous() => _factory!.CreateClient();

    public HttpClient As(string name, string kind)
    {
        var client = _factory!.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _issuer.Token(new { sub = name, client_kind = kind }));
        return client;
    }

    /// <summary>Completes when the service has pulled the version.</summary>
    public async Task PulledAsync(long version)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await _served.Reader.ReadAsync(patience.Token) != version) { }
    }

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null) await _factory.DisposeAsync();
        if (_bus is not null) await _bus.StopAsync();
        await _policy.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    private IResult Serve(HoopDocument document)
    {
        _served.Writer.TryWrite(document.Version);
        return Results.Json(document, DocumentCache<HoopDocument>.Json);
    }

    private async Task ListenAsync(string broker)
    {
        _bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(broker));
            rabbit.ReceiveEndpoint("masking-test", endpoint => endpoint.Handler<MaskingActivated>(context => _announced.Writer.WriteAsync(context.Message).AsTask()));
        });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _bus.StartAsync(patience.Token);
    }
}
