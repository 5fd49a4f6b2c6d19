using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Audit.Ingest;
using Hoop.Audit.Tests;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Documents;
using Hoop.Testing;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(AuditRig))]

namespace Hoop.Audit.Tests;

/// <summary>The service on a real PostgreSQL and RabbitMQ, shared by all tests: each uses sessions of its own.</summary>
public sealed class AuditRig : IAsyncLifetime
{
    private const string Issuer = "https://login.example.com";

    public const string ServiceUser = "hoop_audit_tests";

    private WebApplicationFactory<Program>? factory;

    public static Principal Agent { get; } = new(Issuer, "reporting-agent", "reporting-agent", "agent", ["agents"], []);
    public static Principal Ana { get; } = new(Issuer, "ana", "ana", "human", ["engineers"], []);
    public static Principal Bea { get; } = new(Issuer, "bea", "bea", "human", ["dba"], []);
    public static Principal Auditor { get; } = new(Issuer, "olga", "olga", "human", ["auditors"], []);

    /// <summary>More of the service's settings, for a test that starts one of its own.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public string RabbitMq { get; private set; } = "";
    public string Database { get; private set; } = "";
    public string DataDirectory { get; } = Directory.CreateTempSubdirectory("hoop-audit-").FullName;
    public IServiceProvider Services => factory!.Services;
    internal EventStore Store => Services.GetRequiredService<EventStore>();

    public async ValueTask InitializeAsync()
    {
        var (postgres, rabbit) = (await PostgresServer.SharedAsync(), await RabbitMqServer.SharedAsync());
        (Database, RabbitMq) = (postgres.ConnectionString(await postgres.CreateDatabaseAsync()), await rabbit.CreateVirtualHostAsync());
        var document = new HoopDocument
        {
            Version = 1, Roles = new Dictionary<string, RoleDocument> { ["dba"] = new(["dba"], []), ["auditor"] = new(["auditors"], []) },
            Access = new AccessDocument { ViewSessions = ["dba", "auditor"], ExportSessions = ["dba"], WatchSessions = ["dba"], KillSessions = ["dba"], HoldSessions = ["dba"] },
        };
        await File.WriteAllBytesAsync(Path.Combine(DataDirectory, "policy.json"), JsonSerializer.SerializeToUtf8Bytes(document, DocumentCache<HoopDocument>.Json));
        factory = new WebApplicationFactory<Program>().WithWebHostBuilder(web => Settings.Aggregate(web, (w, setting) => w.UseSetting(setting.Key, setting.Value))
            .UseSetting("ConnectionStrings:auditowner", Database)
            .UseSetting("ConnectionStrings:auditdb", AsService(Database))
            .UseSetting("ConnectionStrings:rabbitmq", RabbitMq)
            .UseSetting("Hoop:DataDirectory", DataDirectory)
            .UseSetting("Hoop:InternalKey", "key-of-the-tests")
            .UseSetting("Hoop:Audit:Nice", "0")
            .ConfigureTestServices(services => services.AddLogging(logging => logging.ClearProviders())));
        _ = factory.Server;
        var documents = Services.GetRequiredService<HoopDocuments>();
        await Eventually.TrueAsync(() => documents.Current is not null);
    }

    /// <summary>The same database under the service's own log-in, which its first start makes.</summary>
    public static string AsService(string database) =>
        new NpgsqlConnectionStringBuilder(database) { Username = ServiceUser, Password = "service's of the tests", Pooling = true }.ToString();

    public HttpClient As(Principal? principal, DateTimeOffset? expiry = null) =>
        principal is null ? factory!.CreateClient() : factory!.CreateDefaultClient(new SigningHandler("key-of-the-tests", principal, expiry: expiry));

    public async Task<JsonElement> GetAsync(Principal principal, string path) => await As(principal).GetFromJsonAsync<JsonElement>(path);

    /// <summary>A session with one allowed, one held and one blocked operation.</summary>
    public static List<JournalEvent> Session(string id, Principal? principal = null, string? cause = "client closed", DateTimeOffset? at = null)
    {
        var who = principal ?? Agent;
        var (chain, now) = (new SessionChain(id), at ?? DateTimeOffset.Parse("2026-01-31T12:00:00Z"));
        List<JournalEvent> events =
        [
            chain.Append(EventKinds.SessionStarted, JsonSerializer.Serialize(new
            {
                principal = new { issuer = who.Issuer, subject = who.Subject, name = who.Name, kind = who.Kind }, target = "shop", protocol = "postgres", policyVersion = 7,
            }), now),
            chain.Append(EventKinds.OperationDecided, """{"operation":1,"outcome":"allow","text":"select '\u0000é'"}""", now),
            chain.Append(EventKinds.OperationCompleted, """{"operation":1,"rows":1}""", now),
            chain.Append(EventKinds.OperationDecided, """{"operation":2,"outcome":"hold"}""", now),
            chain.Append(EventKinds.OperationDecided, """{"operation":3,"outcome":"block"}""", now),
        ];
        if (cause is not null)
            events.Add(chain.Append(EventKinds.SessionEnded, JsonSerializer.Serialize(new { cause }), now.AddMinutes(1)));
        return events;
    }

    /// <summary>As they arrive over the bus.</summary>
    internal static List<BatchedEvent> Batch(IEnumerable<JournalEvent> events) => EventBatch.Read(EventBatch.Of(events));

    public Task StoreAsync(IReadOnlyList<JournalEvent> events) => Store.StoreAsync("i1", Batch(events), CancellationToken.None);

    /// <summary>As the database's superuser.</summary>
    public async Task<T> ScalarAsync<T>(string sql, string? before = null)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        if (before is not null)
        {
            await using var first = new NpgsqlCommand(before, connection);
            await first.ExecuteNonQueryAsync();
        }

        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public static string NewId() => Guid.NewGuid().ToString("n");

    public async ValueTask DisposeAsync()
    {
        if (factory is not null)
            await factory.DisposeAsync();
        Directory.Delete(DataDirectory, recursive: true);
    }
}
