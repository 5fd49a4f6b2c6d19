using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Hoop.Testing;
using Xunit;

namespace Hoop.EndToEnd.Tests.Support;

[CollectionDefinition(Name)]
public sealed class FaultCollection : ICollectionFixture<FaultSystem>
{
    public const string Name = "faults";
}

/// <summary>A system of its own for tests that kill its parts, because nobody else should have to live with it.</summary>
public sealed class FaultSystem : HoopSystem, IAsyncLifetime
{
    private readonly string config = Path.Combine(Path.GetTempPath(), $"hoop-{Guid.NewGuid():n}.yaml");

    /// <summary>A second trusted issuer, whose tokens a test makes as it likes.</summary>
    public FakeIssuer Issuer { get; private set; } = null!;

    /// <summary>Is told of everything.</summary>
    public HookReceiver Hook { get; private set; } = null!;

    /// <summary>The target <c>elsewhere</c>: a server that Hoop's own databases are not on, with one table, <c>things</c>.</summary>
    public PostgresServer Elsewhere { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        (Issuer, Elsewhere) = (await FakeIssuer.StartAsync(), await PostgresServer.StartAsync());
        Hook = await HookReceiver.StartAsync();
        var database = await Elsewhere.CreateDatabaseAsync("create table things (id int primary key, note text); insert into things select i, 'thing ' || i from generate_series(1, 100) i");
        var identityPort = FreePort();
        await File.WriteAllTextAsync(config, Configuration(await File.ReadAllTextAsync(Repository.File("demo", "hoop.yaml")), identityPort, database));
        await StartAsync(config, new Dictionary<string, string?>
        {
            ["HOOP_PORT_IDENTITY"] = identityPort.ToString(), ["ELSEWHERE_PASSWORD"] = Elsewhere.Password, ["Hoop__ApprovalTimeout"] = "00:00:03", ["Hoop__SecretsDirectory"] = Hook.Secrets,
        });
    }

    public new async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Issuer.DisposeAsync();
        await Hook.DisposeAsync();
        await Elsewhere.DisposeAsync();
        File.Delete(config);
    }

    /// <summary>Adds a rule to the file that Policy watches.</summary>
    public async Task AddRuleAsync(string rule) =>
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config)).Replace("\npolicies:\n", $"\npolicies:\n  - {rule}\n", StringComparison.Ordinal));

    /// <summary>
    /// The demo's rules, with a second issuer, a target that is not there, one elsewhere, a rule whose requests wait two seconds only, a target with one
    /// rule of each kind, and a receiver.
    /// </summary>
    private string Configuration(string demo, int identityPort, string elsewhere) => demo
        .Replace("\ntargets:\n", $$"""

            identity:
              issuers:
                - { url: "http://127.0.0.1:{{identityPort}}", audience: hoop }
                - { url: "{{Issuer.Url}}", audience: hoop }
            targets:
              ledger: { protocol: postgres, address: env:SHOP_ADDRESS, database: shop, credential: { username: shop_app, password: env:SHOP_PASSWORD }, tls: disable, labels: { env: test } }
              down: { protocol: postgres, address: "127.0.0.1:1", database: shop, credential: { username: app, password: env:SHOP_PASSWORD }, tls: disable, labels: { env: demo } }
              elsewhere: { protocol: postgres, address: "127.0.0.1:{{Elsewhere.Port}}", database: {{elsewhere}}, credential: { username: {{PostgresServer.UserName}}, password: env:ELSEWHERE_PASSWORD }, tls: disable, labels: { env: demo } }

            """, StringComparison.Ordinal)
        .Replace("\npolicies:\n", """

            policies:
              - { name: down-read, roles: [agent], targets: [down, elsewhere], allow: { verbs: [select], objects: [public.*] } }
              - { name: impatient, roles: [agent], targets: [shop], approve: { verbs: [delete], objects: [public.order_items], by: [dba], count: 1, expires: 2s } }
              - { name: ledger-read, roles: [agent, engineer], targets: [ledger], allow: { verbs: [select], objects: [public.*] } }
              - { name: ledger-fresh, roles: [agent], targets: [ledger], approve: { verbs: [delete], objects: [public.orders], by: [dba], stepUp: fresh, expires: 15m } }
              - { name: ledger-manager, roles: [agent], targets: [ledger], approve: { verbs: [update], objects: [public.customers], by: { managerOf: manager }, expires: 15m } }
              - { name: ledger-veto, roles: [agent], targets: [ledger], approve: { verbs: [delete], objects: [public.order_items], by: [dba], veto: { groups: [guards] }, escalate: { after: 1s, to: { groups: [directors] } }, expires: 15m } }
              - { name: ledger-emergency, roles: [engineer], targets: [ledger], approve: { verbs: [update], objects: [public.orders], by: [dba], emergency: { by: [engineer], review: { by: [dba], count: 1, within: 24h } }, expires: 15m } }

            """, StringComparison.Ordinal) + $"\nnotifications:\n{Hook.Yaml}\n";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public Task ReadsAsync(string target = "shop") =>
        Eventually.SeenAsync(() => PsqlAsync("select 'reads again'", target), psql => psql.ExitCode == 0, seconds: 60);

    /// <summary>Waits until a command of the CLI is answered.</summary>
    public Task AnswersAsync(params string[] command) => Eventually.SeenAsync(() => CliAsync(command), answer => answer.ExitCode == 0, seconds: 60, what: string.Join(' ', command));

    /// <summary>A session, once it is in a state.</summary>
    public Task<JsonElement> SessionBecomesAsync(string id, string state) => Eventually.SeenAsync(
        async () => await TryAskAsync($"/api/sessions/{id}"),
        shown => shown.ValueKind == JsonValueKind.Object && shown.GetProperty("session").GetProperty("state").GetString() == state, seconds: 60, what: $"session {id} is {state}");

    /// <summary>Undefined while the services that answer are down.</summary>
    private async Task<JsonElement> TryAskAsync(string path)
    {
        try
        {
            return await AskAsync(path);
        }
        catch (HttpRequestException)
        {
            return default;
        }
    }

    /// <summary>Takes services down until the answer is disposed; then all are well again, those too that missed them.</summary>
    public async Task<IAsyncDisposable> WithoutAsync(params string[] services)
    {
        foreach (var service in services) await TellAsync(service, "stop");
        return new Down(this, services);
    }

    private async Task TellAsync(string service, string verb)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Status, $"/api/resources/{service}/{verb}"));
        request.Headers.Add("X-Hoop-Local", "1");
        (await http.SendAsync(request)).EnsureSuccessStatusCode();
    }

    private async Task<bool> IsWholeAsync()
    {
        using var http = new HttpClient();
        var resources = await http.GetFromJsonAsync<JsonElement>(new Uri(Status, "/api/resources"));
        return resources.EnumerateArray().All(resource => resource.GetProperty("state").GetString() == "Healthy");
    }

    private sealed class Down(FaultSystem system, string[] services) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var service in services.Reverse()) await system.TellAsync(service, "start");
            await Eventually.TrueAsync(system.IsWholeAsync, seconds: 60, what: "every resource is healthy again");
        }
    }

    internal RunningProcess ProcessOf(string service) => new(PidOf(service));
}
