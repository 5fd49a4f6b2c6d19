using Hoop.Audit.Storage;
using Hoop.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Storage;

public class AppendOnlyTests(AuditRig rig)
{
    public static TheoryData<string> Changes { get; } = [.. from table in new[] { "events", "tampering" }
        from change in new[] { "UPDATE audit.{0} SET session_id = 'x'", "DELETE FROM audit.{0}", "TRUNCATE audit.{0}", "TRUNCATE audit.{0} CASCADE" }
        select string.Format(change, table)];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task The_service_has_no_right_to_change_a_record(string change)
    {
        await using var connection = await rig.Services.GetRequiredService<AuditDatabase>().OpenAsync(CancellationToken.None);

        (await RefusedAsync(connection, change)).MessageText.ShouldStartWith("permission denied");
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Not_even_the_superuser_changes_a_record(string change)
    {
        await using var connection = new NpgsqlConnection(rig.Database);
        await connection.OpenAsync();

        (await RefusedAsync(connection, change)).MessageText.ShouldContain("append-only");
    }

    [Fact]
    public async Task Replication_mode_does_not_switch_the_refusal_off()
    {
        await using var connection = new NpgsqlConnection(rig.Database);
        await connection.OpenAsync();

        (await RefusedAsync(connection, "SET session_replication_role = replica; DELETE FROM audit.events")).MessageText.ShouldContain("append-only");
    }

    [Fact]
    public async Task A_log_in_that_may_not_create_roles_gives_its_own_rights_away()
    {
        var postgres = await PostgresServer.SharedAsync();
        var database = await postgres.CreateDatabaseAsync();
        await postgres.ExecuteAsync(database, $"CREATE ROLE {database}_plain LOGIN PASSWORD 'plain-of-the-tests'; ALTER DATABASE {database} OWNER TO {database}_plain");
        var plain = new NpgsqlConnectionStringBuilder(postgres.ConnectionString(database)) { Username = $"{database}_plain", Password = "plain-of-the-tests" };
        await using var prepared = await PrepareAsync(plain.ToString());
        await using var connection = await prepared.OpenAsync(CancellationToken.None);

        (await RefusedAsync(connection, "DELETE FROM audit.events")).MessageText.ShouldStartWith("permission denied");
    }

    [Fact]
    public async Task Starting_twice_at_once_is_harmless()
    {
        var postgres = await PostgresServer.SharedAsync();
        var database = postgres.ConnectionString(await postgres.CreateDatabaseAsync());
        var instances = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => PrepareAsync(database)))).WaitAsync(TimeSpan.FromSeconds(60));
        foreach (var instance in instances)
            await instance.DisposeAsync();
    }

    private static async Task<AuditDatabase> PrepareAsync(string connectionString)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:auditdb", connectionString)]).Build();
        var database = new AuditDatabase(configuration, TimeProvider.System, NullLogger<AuditDatabase>.Instance);
        await database.StartAsync(CancellationToken.None);
        return database;
    }

    private static async Task<PostgresException> RefusedAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await Should.ThrowAsync<PostgresException>(async () => await command.ExecuteNonQueryAsync());
    }
}
