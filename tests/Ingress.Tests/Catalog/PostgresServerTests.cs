using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Catalog;

public sealed class PostgresServerTests
{
    [Fact]
    public async Task Databases_of_the_shared_server_are_apart()
    {
        var server = await PostgresServer.SharedAsync();
        var first = await server.CreateDatabaseAsync("create table t (x int); insert into t values (42)");
        var second = await server.CreateDatabaseAsync("create table t (x int)");

        (await CountAsync(server, first)).ShouldBe(1);
        (await CountAsync(server, second)).ShouldBe(0);
        (await PostgresServer.SharedAsync()).ShouldBeSameAs(server);
    }

    private static async Task<long> CountAsync(PostgresServer server, string database)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(database));
        await using var command = source.CreateCommand("select count(*) from t");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
