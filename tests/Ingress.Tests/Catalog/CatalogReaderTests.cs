using Hoop.Contracts.Documents;
using Hoop.Ingress.Catalog;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sessions;
using Hoop.ServiceDefaults.Documents;
using Hoop.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Catalog;

/// <summary>What happens to a target past Hoop is seen within seconds, over one connection that does not outlive its use.</summary>
public sealed class CatalogReaderTests : IAsyncLifetime
{
    private const string Ours = "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'hoop'";

    private readonly ManualClock _clock = new();
    private PostgresServer _server = null!;
    private string _database = null!;
    private AuthorizedTarget _target = null!;
    private CatalogReader _reader = null!;
    private PostgresTargetCatalog _catalog = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.SharedAsync();
        Environment.SetEnvironmentVariable("HOOP_TEST_TARGET_PASSWORD", _server.Password);
        _database = await _server.CreateDatabaseAsync("create table customers (id int, ssn text)");
        _target = Target();
        _reader = new(new TcpTargetDialer(new References(new ConfigurationBuilder().Build())), _clock);
        _catalog = new(new TargetCatalogs(_clock, NullLogger<TargetCatalogs>.Instance), _reader.ReadAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _server.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Columns_and_types_made_past_hoop_are_known_seconds_later_over_the_same_connection()
    {
        var before = await _catalog.GetAsync(_target, default);
        await _server.ExecuteAsync(_database, "alter table customers add born date; create domain short as text check (length(value) < 3)");
        _clock.Advance(2 * TargetCatalogs.FreshFor);
        var after = await _catalog.GetAsync(_target, default);
        before.Relations["public.customers"].Columns.Select(static column => column.Name).ShouldBe(["id", "ssn"]);
        after.Relations["public.customers"].Columns.Select(static column => column.Name).ShouldBe(["id", "ssn", "born"]);
        after.Domains.Keys.ShouldContain("short");
        (await OursAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_the_server_ended_is_replaced()
    {
        var before = await _catalog.GetAsync(_target, default);
        await _server.ExecuteAsync(_database, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'hoop'");
        await UntilOursAre(0);
        await _server.ExecuteAsync(_database, "create table fresh ()");
        (await _catalog.RefreshAsync(_target, default)).Relations.Keys.ShouldContain("public.fresh");
        before.Relations.Keys.ShouldNotContain("public.fresh");
        (await OursAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task It_is_closed_when_nobody_has_asked_for_a_while()
    {
        await _catalog.GetAsync(_target, default);
        _clock.Advance(CatalogReader.Idle - TimeSpan.FromSeconds(1));
        (await OursAsync()).ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await UntilOursAre(0);
    }

    [Fact]
    public async Task It_is_closed_with_the_reader_and_not_used_for_a_target_that_is_another_one_now()
    {
        await _catalog.GetAsync(_target, default);
        _target = Target();
        await _catalog.RefreshAsync(_target, default);
        await UntilOursAre(1);
        await _reader.DisposeAsync();
        await UntilOursAre(0);
    }

    private AuthorizedTarget Target() =>
        new("shop", new TargetDocument
        {
            Protocol = "postgres", Address = $"127.0.0.1:{_server.Port}", Database = _database, Tls = "disable",
            Credential = new(PostgresServer.UserName, "env:HOOP_TEST_TARGET_PASSWORD"),
        });

    private async Task<long> OursAsync()
    {
        await using var connection = new NpgsqlConnection(_server.ConnectionString(_database));
        await connection.OpenAsync();
        return long.Parse((await NpgsqlCatalog.QueryAsync(connection, Ours, CancellationToken.None))[0][0]!);
    }

    private async Task UntilOursAre(long count)
    {
        while (await OursAsync() != count) TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }
}
