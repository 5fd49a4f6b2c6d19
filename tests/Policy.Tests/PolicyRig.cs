using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Threading.Channels;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Documents;
using Hoop.Testing;
using MassTransit;
using Microsoft.AspNetCore.Mvc.Testing;
using Npgsql;

namespace Hoop.Policy.Tests;

/// <summary>The service on a real database and broker, with an issuer whose people it knows.</summary>
internal sealed class PolicyRig : IAsyncDisposable
{
    public const string InternalKey = "test-internal-key";

    private readonly Dictionary<string, string> _settings = [];
    private readonly Channel<PolicyActivated> _announced = Channel.CreateUnbounded<PolicyActivated>();
    private WebApplicationFactory<Program>? _factory;
    private IBusControl? _bus;

    private PolicyRig(FakeIssuer issuer, string database, string directory) =>
        (Issuer, Database, File) = (issuer, database, Path.Combine(directory, "hoop.yaml"));

    public FakeIssuer Issuer { get; }

    public string Database { get; }

    /// <summary>The watched hoop.yaml; absent until written.</summary>
    public string File { get; }

    /// <param name="yaml">Written to the watched file; null: no file is configured.</param>
    public static async Task<PolicyRig> StartAsync(string? yaml)
    {
        var rig = await CreateAsync();
        if (yaml is not null) rig.Write(yaml);
        await rig.StartServiceAsync(withFile: yaml is not null);
        return rig;
    }

    public static async Task<PolicyRig> CreateAsync()
    {
        var postgres = await PostgresServer.SharedAsync();
        var database = postgres.ConnectionString(await postgres.CreateDatabaseAsync());
        var rig = new PolicyRig(await FakeIssuer.StartAsync(), database, Directory.CreateTempSubdirectory("hoop-policy-").FullName);
        var broker = await (await RabbitMqServer.SharedAsync()).CreateVirtualHostAsync();
        rig._settings["ConnectionStrings:policydb"] = database;
        rig._settings["ConnectionStrings:rabbitmq"] = broker;
        rig._settings["Hoop:DataDirectory"] = Path.Combine(Path.GetDirectoryName(rig.File)!, "data");
        rig._settings["Hoop:InternalKey"] = InternalKey;
        rig._settings["Hoop:DefaultIssuer:Url"] = rig.Issuer.Url;
        rig._settings["Hoop:DefaultIssuer:Audience"] = "hoop";
        await rig.ListenAsync(broker);
        return rig;
    }

    public async Task StartServiceAsync(bool withFile)
    {
        if (_factory is not null) await _factory.DisposeAsync();
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            foreach (var (key, value) in _settings) host.UseSetting(key, value);
            host.UseSetting("Logging:LogLevel:Default", "None");
            if (withFile) host.UseSetting("Hoop:ConfigFile", File);
        });
        _ = _factory.Server;
    }

    public void Write(string yaml) => System.IO.File.WriteAllText(File, yaml);

    public Task<PolicyActivated> NextAnnouncedAsync() => _announced.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public IServiceProvider Services => _factory!.Services;

    public HttpClient Service(Principal? actingFor = null) => _factory!.CreateDefaultClient(new SigningHandler(InternalKey, actingFor));

    public HttpClient Anonymous() => _factory!.CreateClient();

    public HttpClient As(string name, string group, string kind = "human")
    {
        var client = _factory!.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Issuer.Token(new { sub = name, groups = new[] { group }, client_kind = kind }));
        return client;
    }

    public HttpClient Bea() => As("bea", "dba");

    public async Task<HoopDocument> CurrentAsync() =>
        (await Service().GetFromJsonAsync<HoopDocument>("/documents/current", DocumentCache<HoopDocument>.Json))!;

    public static StringContent Body(string yaml) => new(yaml, Encoding.UTF8, "application/yaml");

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null) await _factory.DisposeAsync();
        if (_bus is not null) await _bus.StopAsync();
        await Issuer.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(File)!, recursive: true);
    }

    private async Task ListenAsync(string broker)
    {
        _bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(broker));
            rabbit.ReceiveEndpoint("policy-test", endpoint => endpoint.Handler<PolicyActivated>(context => _announced.Writer.WriteAsync(context.Message).AsTask()));
        });
        await _bus.StartAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
    }
}
