using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Data;

public sealed class SchemaScriptTests : IAsyncLifetime
{
    // Taken apart it needs a lock on two tables that conflicts with every writer's.
    private const string Script = """
        CREATE SCHEMA IF NOT EXISTS shop;
        CREATE TABLE IF NOT EXISTS shop.first (id int);
        CREATE TABLE IF NOT EXISTS shop.second (id int);
        CREATE OR REPLACE FUNCTION shop.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
        CREATE OR REPLACE TRIGGER told AFTER INSERT ON shop.first FOR EACH ROW EXECUTE FUNCTION shop.nothing();
        CREATE OR REPLACE TRIGGER told AFTER INSERT ON shop.second FOR EACH ROW EXECUTE FUNCTION shop.nothing();
        """;

    private PostgresServer server = null!;
    private string name = "";
    private NpgsqlDataSource database = null!;

    public async ValueTask InitializeAsync()
    {
        server = await PostgresServer.SharedAsync();
        name = await server.CreateDatabaseAsync();
        database = NpgsqlDataSource.Create(server.ConnectionString(name));
    }

    [Fact]
    public async Task What_ran_already_waits_for_nobody_at_work()
    {
        await database.RunSchemaAsync("shop", Script, CancellationToken.None);
        await using var worker = await database.OpenConnectionAsync();
        await using var transaction = await worker.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand("INSERT INTO shop.first VALUES (1)", worker)) await insert.ExecuteNonQueryAsync();

        await database.RunSchemaAsync("shop", Script, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        await transaction.CommitAsync();
    }

    [Fact]
    public async Task A_new_script_runs_and_an_old_one_runs_again_after_it()
    {
        await database.RunSchemaAsync("shop", Script, CancellationToken.None);
        await database.RunSchemaAsync("shop", Script + "ALTER TABLE shop.first ADD COLUMN IF NOT EXISTS name text;", CancellationToken.None);
        await server.ExecuteAsync(name, "SELECT name FROM shop.first");
        await server.ExecuteAsync(name, "DROP TABLE shop.second");
        await database.RunSchemaAsync("shop", Script, CancellationToken.None);
        await server.ExecuteAsync(name, "SELECT id FROM shop.second");
    }

    [Fact]
    public async Task A_script_that_fails_leaves_nothing_and_is_run_again()
    {
        await Should.ThrowAsync<PostgresException>(() => database.RunSchemaAsync("shop", Script + "SELECT 1/0;", CancellationToken.None));
        await Should.ThrowAsync<PostgresException>(() => server.ExecuteAsync(name, "SELECT FROM shop.first"));
        await database.RunSchemaAsync("shop", Script, CancellationToken.None);
        await server.ExecuteAsync(name, "SELECT FROM shop.first");
    }

    [Fact]
    public async Task An_upgrade_that_the_server_chose_to_end_a_deadlock_is_tried_again()
    {
        await database.RunSchemaAsync("shop", Script, CancellationToken.None);
        await using var worker = await database.OpenConnectionAsync();
        await using var transaction = await worker.BeginTransactionAsync();
        // The server looks for deadlocks once per wait: at the upgrade's, and when both wait.
        await using var upgrades = NpgsqlDataSource.Create(server.ConnectionString(name) + ";Options=-c deadlock_timeout=3s");
        await using (var second = new NpgsqlCommand("SET LOCAL deadlock_timeout = '1h'; INSERT INTO shop.second VALUES (1)", worker)) await second.ExecuteNonQueryAsync();

        var upgrade = upgrades.RunSchemaAsync("shop", Script + "SELECT 1;", CancellationToken.None);
        await using (var waits = database.CreateCommand("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'shop.second'::regclass)"))
            await Eventually.SeenAsync(() => waits.ExecuteScalarAsync(), waiting =>
            {
                upgrade.IsFaulted.ShouldBeFalse();
                return waiting is true;
            }, what: "the upgrade waits for a lock");
        await using (var first = new NpgsqlCommand("INSERT INTO shop.first VALUES (1)", worker)) await first.ExecuteNonQueryAsync();
        await transaction.CommitAsync();

        await upgrade.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await server.DropDatabaseAsync(name);
    }
}
