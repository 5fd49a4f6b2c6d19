using Hoop.Ingress.Sql.Understanding;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>The table of functions, held against what a real server has.</summary>
public class ServerFunctionTests
{
    [Fact]
    public async Task Every_function_of_the_server_is_classified()
    {
        var functions = await AskAsync("select distinct proname::text || ' ' || provolatile::text from pg_proc where pronamespace = 'pg_catalog'::regnamespace");
        functions.Count.ShouldBeGreaterThan(2500);
        functions.Where(f => !FunctionTable.IsClassified(f[..^2], f[^1])).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_postgresql_itself_keeps_from_the_public_reaches_further()
    {
        var kept = await AskAsync("""
            select distinct proname::text from pg_proc p where pronamespace = 'pg_catalog'::regnamespace and proacl is not null
            and not exists (select from aclexplode(proacl) a where a.grantee = 0 and a.privilege_type = 'EXECUTE')
            """);
        kept.Count.ShouldBeGreaterThan(40);
        kept.Where(f => !FunctionTable.Reaches(f, out _)).ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_both_harmless_and_reaching() =>
        File.ReadLines(Path.Combine(Repository.Root, "services", "Ingress.Sql", "Lineage", "builtin-functions.txt")).Select(l => l.Split(' ')[0])
            .Where(n => FunctionTable.IsOnlyVolatile(n) && FunctionTable.Reaches(n, out _)).ShouldBeEmpty();

    static async Task<List<string>> AskAsync(string sql)
    {
        var server = await PostgresServer.SharedAsync();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString("postgres"));
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) rows.Add(reader.GetString(0));
        return rows;
    }
}
