using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Catalog;

public sealed class SessionNamesTests
{
    [Fact]
    public async Task The_session_tells_plain_tables_from_views_and_lists_those_of_the_open_transaction()
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync("create table orders (id int); create function f() returns trigger language plpgsql as 'begin return new; end'");
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(database));
        await using var connection = await source.OpenConnectionAsync();
        await RunAsync(connection, "create temp table plain (id int primary key); create temp table fires (id int); create trigger t before insert on fires for each row execute function f()");
        await RunAsync(connection, "create temp view ov as select * from public.orders; create temp table keyed (id int references plain)");
        (await AskAsync(connection)).Where(r => r.StartsWith('t')).Order().ShouldBe(["t _fires 1", "t _keyed 1", "t _ov 1", "t _plain 1", "t fires 1", "t keyed 0", "t ov 1", "t plain 0"]);
        (await AskAsync(connection)).ShouldNotContain(r => r.StartsWith('n'));

        await RunAsync(connection, "begin; create table fresh (id int); create view seen as select * from orders; savepoint a; create table later (id int)");
        (await AskAsync(connection)).Where(r => r.StartsWith('n')).Order().ShouldBe(["n public.fresh 0", "n public.later 0"]);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<string>> AskAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(SessionContext.Query, connection);
        await using var rows = await command.ExecuteReaderAsync();
        List<string> found = [];
        while (await rows.ReadAsync()) found.Add($"{rows.GetValue(0)} {rows.GetValue(1)} {rows.GetValue(2)}");
        return found;
    }
}
