using System.Net;
using Hoop.Contracts.Documents;
using Hoop.Ingress.Catalog;
using Hoop.Ingress.Protocols.Postgres;
using Hoop.Ingress.Protocols.Postgres.Startup;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Transport;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.ServiceDefaults.Documents;
using Hoop.Testing;
using Hoop.Testing.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>The listener in this process, on a free port, between a test's client and a server: a played one or a real PostgreSQL.</summary>
internal sealed class GatewayRig : IAsyncDisposable
{
    private const string PasswordVariable = "HOOP_TEST_TARGET_PASSWORD";

    /// <summary>One for all: to make and read it takes longer than the rest of a rig.</summary>
    private static readonly Lazy<ServerCertificate> Certificate = new(static () =>
    {
        var directory = Directory.CreateTempSubdirectory("hoop-rig-").FullName;
        try
        {
            return ServerCertificate.LoadOrCreate(directory, TimeProvider.System);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    });

    private readonly WebApplication app;

    private GatewayRig(WebApplication app, PlayedGate gate, FakePostgresServer? server, PostgresSessions sessions)
    {
        (this.app, Gate, FakeServer, Sessions) = (app, gate, server, sessions);
        Endpoint = IPEndPoint.Parse(new Uri(app.Urls.Single()).Authority);
    }

    internal PlayedGate Gate { get; }
    internal required FixedCatalog Catalog { get; init; }

    /// <summary>On the shared server, and ours to drop.</summary>
    internal string? OwnDatabase { get; set; }

    internal FakePostgresServer? FakeServer { get; }
    internal FakePostgresServer Server => FakeServer!;
    internal PostgresSessions Sessions { get; }
    internal IPEndPoint Endpoint { get; }

    internal string ConnectionString =>
        $"Host=127.0.0.1;Port={Endpoint.Port};Username=agent;Password={PlayedGate.Token};Database=shop;SSL Mode=Require;Trust Server Certificate=true;Pooling=false;Timeout=30;Include Error Detail=true";

    /// <summary>In front of a server that the test plays.</summary>
    internal static Task<GatewayRig> StartAsync(Action<PostgresOptions>? configure = null, TimeProvider? clock = null)
    {
        var server = new FakePostgresServer();
        return StartAsync(new TargetDocument { Protocol = "postgres", Address = $"127.0.0.1:{server.Port}", Database = "shop_db", Credential = new("app", null), Tls = "disable" }, server, configure, clock, PlainSql.Analyze);
    }

    /// <summary>In front of a real PostgreSQL.</summary>
    internal static async Task<GatewayRig> StartRealAsync(string? script = null, Action<PostgresOptions>? configure = null, Func<string, SqlContext, SqlAnalysis>? analyze = null)
    {
        var server = await PostgresServer.SharedAsync();
        Environment.SetEnvironmentVariable(PasswordVariable, server.Password);
        var database = await server.CreateDatabaseAsync(script);
        var target = new TargetDocument
        {
            Protocol = "postgres", Address = $"127.0.0.1:{server.Port}", Database = database, Tls = "disable",
            Credential = new(PostgresServer.UserName, $"env:{PasswordVariable}"),
        };
        var rig = await StartAsync(target, null, configure, null, analyze ?? PlainSql.Analyze);
        rig.OwnDatabase = database;
        return rig;
    }

    internal static async Task<GatewayRig> StartAsync(
        TargetDocument target, FakePostgresServer? server, Action<PostgresOptions>? configure, TimeProvider? clock, Func<string, SqlContext, SqlAnalysis> analyze,
        IGate? realGate = null, ITargetCatalog? catalog = null)
    {
        var gate = new PlayedGate(target);
        var options = new PostgresOptions { Listen = "127.0.0.1:0" };
        configure?.Invoke(options);
        var sessions = new PostgresSessions();
        var names = new FixedCatalog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(provider => new PostgresServices(
            realGate ?? gate, new TcpTargetDialer(new References(new ConfigurationBuilder().Build())), catalog ?? names, analyze, sessions, Options.Create(options), clock ?? TimeProvider.System,
            provider.GetRequiredService<ILogger<PostgresConnectionHandler>>()));
        builder.Services.AddSingleton(Certificate.Value);
        builder.Services.AddSingleton<PostgresConnectionHandler>();
        if (EventLoops.Supported) builder.Services.AddEventLoops(_ => options.EventLoops);
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenOnLoops(options.Endpoint, options.EventLoops > 0, listen => listen.UseConnectionHandler<PostgresConnectionHandler>()));
        var app = builder.Build();
        await app.StartAsync();
        return new GatewayRig(app, gate, server, sessions) { Catalog = names };
    }

    internal Task<WirePeer> DialAsync() => WirePeer.ConnectAsync(Endpoint);

    /// <summary>A client at its first ReadyForQuery.</summary>
    internal async Task<WirePeer> ConnectAsync(params (string Name, string Value)[] parameters)
    {
        var client = await DialAsync();
        await LogInAsync(client, parameters);
        (await client.ReadUntilAsync('Z')).ShouldStartWith("R");
        return client;
    }

    internal static async Task LogInAsync(WirePeer client, params (string Name, string Value)[] parameters)
    {
        await client.SendAsync(output => StartupPacket.Write(output, 3 << 16, [new("user", "agent"), new("database", "shop"), .. parameters.Select(p => new KeyValuePair<string, string>(p.Name, p.Value))]));
        await client.ReadAsync();
        await client.SendAsync(output => output.WriteStringMessage(FrontendType.Password, PlayedGate.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        if (FakeServer is not null) await FakeServer.DisposeAsync();
        if (OwnDatabase is not null) await (await PostgresServer.SharedAsync()).DropDatabaseAsync(OwnDatabase);
    }

    internal sealed class FixedCatalog : ITargetCatalog
    {
        private NameClaims? claims;

        internal CatalogSnapshot Snapshot { get; set; } = CatalogSnapshot.Empty;

        /// <summary>Set: names are not to be had before it completes.</summary>
        internal Task? Delay { get; set; }

        internal TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask<CatalogSnapshot> GetAsync(AuthorizedTarget target, CancellationToken cancel)
        {
            if (Delay is not { } delay) return Snapshot;
            Waiting.TrySetResult();
            await delay.WaitAsync(cancel);
            return Snapshot;
        }

        public ValueTask<CatalogSnapshot> RefreshAsync(AuthorizedTarget target, CancellationToken cancel) => GetAsync(target, cancel);
        public Task<CatalogSnapshot> ReadWithinAsync(AuthorizedTarget target, CatalogQuery query, CancellationToken cancel) => CatalogLoader.ReadWithinAsync(query, null, cancel);

        public ValueTask<bool> LookAgainAsync(AuthorizedTarget target, string principal, CatalogSnapshot known, CancellationToken cancel) => ValueTask.FromResult(false);
        public NameClaims Claims(AuthorizedTarget target) => claims ??= new(TimeProvider.System, () => Snapshot, () => { });
    }
}

internal static class MessageListExtensions
{
    internal static void ShouldStartWith(this List<string> messages, string first)
    {
        if (messages.FirstOrDefault() != first) throw new InvalidOperationException($"log-in failed: {string.Join(' ', messages)}");
    }
}
