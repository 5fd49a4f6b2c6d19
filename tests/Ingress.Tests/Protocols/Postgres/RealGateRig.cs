using System.Runtime.CompilerServices;
using Hoop.Contracts.Identity;
using Hoop.Ingress.Catalog;
using Hoop.Ingress.Protocols.Postgres;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Tests.Sessions;
using Hoop.ServiceDefaults.Documents;
using Hoop.Testing;
using Hoop.Testing.Wire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>The whole data path but for the token: real Gate, policy, masks, grammar, catalog and PostgreSQL.</summary>
internal sealed class RealGateRig : IAsyncDisposable
{
    internal const string Script = """
        create table customers(id int primary key, name text, ssn text, born date);
        insert into customers select i, 'name ' || i, '900-45-' || lpad(i::text, 4, '0'), date '1990-01-01' from generate_series(1, 50) i;
        create table orders(id int primary key, customer int, total numeric);
        insert into orders select i, i, i * 10 from generate_series(1, 50) i;
        create view customer_list as select id, name, ssn as number from customers;
        create view ssn_numbers as select id, ssn::int as n from customers;
        """;

    private readonly TokenGate tokens;

    private readonly CountedReader reader;

    private readonly TargetCatalogs catalogs;

    private RealGateRig(GateRig gate, GatewayRig gateway, TokenGate tokens, CountedReader reader, TargetCatalogs catalogs) =>
        (Gate, Gateway, this.tokens, this.reader, this.catalogs) = (gate, gateway, tokens, reader, catalogs);

    internal GateRig Gate { get; }
    internal GatewayRig Gateway { get; }
    internal string ConnectionString => Gateway.ConnectionString;

    internal const string Governed = """
          - { name: read, roles: [agent], targets: [shop], allow: { verbs: [select, copy-to], objects: ["public.*"] } }
          - { name: views, roles: [agent], targets: [shop], allow: { verbs: [create], objects: ["public.customer_list"] } }
          - { name: functions, roles: [agent], targets: [shop], allow: { verbs: [execute], objects: ["pg_catalog.*"] } }
          - { name: change, roles: [agent], targets: [shop], approve: { verbs: [update, delete], objects: ["public.*"], by: [dba], count: 1, expires: 15m } }
          - { name: nobody-destroys, roles: ["*"], targets: ["*"], block: { effects: [destructive] } }
        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: { partial: { keepLast: 4 } }, except: [dba] }
        """;

    /// <summary>One rule that lets everything pass, no masks.</summary>
    internal const string Everything = """
          - { name: everything, roles: [agent], targets: [shop], allow: { verbs: ["*"], objects: ["*"], effects: ["*"] } }
        """;

    /// <summary>How often the target was asked for its catalog.</summary>
    internal int Readings => reader.Readings;

    internal required Func<string, string> Document { get; init; }

    private PostgresServer Server { get; init; } = null!;

    /// <summary>Who logs in.</summary>
    internal Principal Principal { get => tokens.Principal; set => tokens.Principal = value; }

    /// <summary>New rules for the sessions that are open, too.</summary>
    internal void Activate(string rules, long version) => Gate.Activate(Document(rules), version);

    /// <param name="namesTimeout">How long statements and changes of what they name wait for each other, if not as long as everywhere.</param>
    /// <param name="server">Another one than the tests share. Older programs that copy a whole cluster name the database "replication": it is a target, too.</param>
    internal static async Task<RealGateRig> StartAsync(string rules = Governed, string script = Script, PostgresServer? server = null, string? encoding = null, TimeSpan? namesTimeout = null)
    {
        server ??= await PostgresServer.SharedAsync();
        var password = $"HOOP_TEST_TARGET_PASSWORD_{server.Port}";
        Environment.SetEnvironmentVariable(password, server.Password);
        var database = await server.CreateDatabaseAsync(script, encoding);
        var head = $$"""
            version: 1
            targets:
              shop: { protocol: postgres, address: "127.0.0.1:{{server.Port}}", database: {{database}}, credential: { username: {{PostgresServer.UserName}}, password: env:{{password}} }, tls: disable }
              replication: { protocol: postgres, address: "127.0.0.1:{{server.Port}}", database: {{database}}, credential: { username: {{PostgresServer.UserName}}, password: env:{{password}} }, tls: disable }
            roles:
              agent: { groups: [agents] }
              dba: { groups: [dba] }
            policies:
            """;
        string Document(string policies) => $"{head}\n{policies}";
        var gate = new GateRig(Document(rules));
        var reader = new CountedReader();
        var catalogs = new TargetCatalogs(TimeProvider.System, NullLogger<TargetCatalogs>.Instance);
        var catalog = new PostgresTargetCatalog(catalogs, reader.ReadAsync);
        var target = gate.Snapshots.Current!.Document.Targets["shop"];
        var tokens = new TokenGate(gate);
        var gateway = await GatewayRig.StartAsync(target, null, options => options.NamesTimeout = namesTimeout ?? options.NamesTimeout, null, new SqlAnalyzer().Analyze, tokens, catalog);
        if (server == await PostgresServer.SharedAsync()) gateway.OwnDatabase = database;
        return new RealGateRig(gate, gateway, tokens, reader, catalogs) { Document = Document, Server = server };
    }

    private string Database => Gate.Snapshots.Current!.Document.Targets["shop"].Database!;

    /// <summary>What an administrator does without Hoop.</summary>
    internal Task BehindAsync(string sql) => Server.ExecuteAsync(Database, sql);

    /// <summary>One value, as the server itself says it.</summary>
    internal async Task<T> AskBehindAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Server.ConnectionString(Database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A connection to the server itself.</summary>
    internal async Task<NpgsqlConnection> OpenBehindAsync()
    {
        var connection = new NpgsqlConnection(Server.ConnectionString(Database) + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Nobody gets at the table until it is closed.</summary>
    internal async Task<NpgsqlConnection> LockAsync(string table)
    {
        var connection = await OpenBehindAsync();
        await using var command = new NpgsqlCommand($"begin; lock table {table} in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>As somebody whom masks leave alone.</summary>
    internal async Task<WirePeer> ConnectUnmaskedAsync()
    {
        var principal = Principal;
        Principal = principal with { Groups = ["agents", "dba"] };
        var client = await Gateway.ConnectAsync();
        Principal = principal;
        return client;
    }

    /// <summary>Until a statement in the database waits for another's lock.</summary>
    internal Task UntilSomebodyWaitsAsync() => Eventually.TrueAsync(
        () => AskBehindAsync<bool>("select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"), what: "somebody waits for a lock");

    /// <summary>Of who changes names, and who counts on them.</summary>
    internal Task UntilAsync(Func<NameClaims, bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "") => Eventually.TrueAsync(() => holds(catalogs.Claims("shop")), what: what);

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await reader.DisposeAsync();
    }

    private sealed class CountedReader : IAsyncDisposable
    {
        private readonly CatalogReader reader = new(new TcpTargetDialer(new References(new ConfigurationBuilder().Build())), TimeProvider.System);
        private int readings;

        internal int Readings => Volatile.Read(ref readings);

        internal Task<LoadedCatalog> ReadAsync(AuthorizedTarget target, LoadedCatalog? known, CancellationToken cancel)
        {
            Interlocked.Increment(ref readings);
            return reader.ReadAsync(target, known, cancel);
        }

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }

    private sealed class TokenGate(GateRig rig) : IGate
    {
        private readonly RealGate gate = new(rig.Gate);

        internal Principal Principal { get; set; } = GateRig.Agent;

        public ValueTask<(Principal? Principal, Refusal? Refusal)> AuthenticateAsync(string accessToken, CancellationToken cancel) =>
            ValueTask.FromResult<(Principal?, Refusal?)>((Principal, null));

        public ValueTask<(IGateSession? Session, Refusal? Refusal)> OpenAsync(Principal principal, string target, ClientInfo client, CancellationToken cancel) =>
            gate.OpenAsync(principal, target, client, cancel);
    }
}
