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
    private static readonly Dictionary<string, string> Columns = new()
    {
        ["event_chunks"] = "payloads", ["tampering"] = "reason", ["log_entries"] = "entry", ["log_nodes"] = "hash", ["tree_heads"] = "signature",
        ["tombstones"] = "events", ["holds"] = "reason", ["contents"] = "sha256", ["admin_actions"] = "id",
    };

    public static TheoryData<string> Changes { get; } = [.. from table in AuditSchema.AppendOnly
        from change in new[] { $"UPDATE audit.{table} SET {Columns[table]} = {Columns[table]}", $"DELETE FROM audit.{table}", $"TRUNCATE audit.{table}", $"TRUNCATE audit.{table} CASCADE" }
        select change];

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
    public async Task The_service_logs_in_as_a_role_that_is_no_superuser_and_can_become_none()
    {
        await using var connection = await rig.Services.GetRequiredService<AuditDatabase>().OpenAsync(CancellationToken.None);

        await using var who = new NpgsqlCommand("SELECT session_user || ' ' || rolsuper FROM pg_roles WHERE rolname = session_user", connection);
        (await who.ExecuteScalarAsync()).ShouldBe($"{AuditRig.ServiceUser} false");
        (await RefusedAsync(connection, $"SET ROLE {AuditSchema.OwnerRole}")).MessageText.ShouldStartWith("permission denied");
        (await RefusedAsync(connection, "DROP TABLE audit.event_chunks")).MessageText.ShouldStartWith("must be owner");
        (await RefusedAsync(connection, "ALTER TABLE audit.event_chunks DISABLE TRIGGER ALL")).MessageText.ShouldStartWith("must be owner");
    }

    [Theory]
    [InlineData("SELECT * FROM audit.{0}")]
    [InlineData("UPDATE audit.{0} SET payloads = '{{}}'")]
    [InlineData("DELETE FROM audit.{0}")]
    [InlineData("TRUNCATE audit.{0}")]
    [InlineData("DROP TABLE audit.{0}")]
    [InlineData("ALTER TABLE audit.event_chunks DETACH PARTITION audit.{0}")]
    public async Task A_partition_is_no_way_around(string statement)
    {
        await rig.StoreAsync(AuditRig.Session(AuditRig.NewId()));
        var partition = await rig.ScalarAsync<string>("SELECT name FROM audit.partitions LIMIT 1");
        await using var connection = await rig.Services.GetRequiredService<AuditDatabase>().OpenAsync(CancellationToken.None);

        (await RefusedAsync(connection, string.Format(statement, partition))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        if (statement[0] is not ('S' or 'A') && !statement.StartsWith("DROP", StringComparison.Ordinal))
        {
            await using var superuser = new NpgsqlConnection(rig.Database);
            await superuser.OpenAsync();
            (await RefusedAsync(superuser, string.Format(statement, partition))).MessageText.ShouldContain("append-only");
        }
    }

    [Theory]
    [InlineData("times", "array[array[{0}]]")]
    [InlineData("times", "array[null]::timestamptz[]")]
    [InlineData("times", "array[{0}, {0}]")]
    [InlineData("kinds", "array[['x']]")]
    [InlineData("kinds", "'[0:0]={{x}}'")]
    [InlineData("kinds", "array[null]")]
    [InlineData("payloads", "'{{}}'")]
    [InlineData("payloads", "array[null]")]
    [InlineData("previous_hash", "''")]
    [InlineData("hashes", "'x'")]
    [InlineData("sequence", "9223372036854775807")]
    public async Task A_row_of_events_that_nobody_could_read_is_refused(string column, string value)
    {
        await rig.StoreAsync(AuditRig.Session(AuditRig.NewId(), at: DateTimeOffset.Parse("2026-01-31T12:00:00Z")));
        await using var connection = await rig.Services.GetRequiredService<AuditDatabase>().OpenAsync(CancellationToken.None);
        const string At = "timestamptz '2026-01-31T12:00:00Z'";
        var row = new Dictionary<string, string>
        {
            ["sequence"] = "0", ["times"] = $"array[{At}]", ["kinds"] = "array['x']", ["payloads"] = "array['{}']", ["previous_hash"] = "decode(repeat('0', 64), 'hex')", ["hashes"] = "decode(repeat('0', 64), 'hex')",
        };
        await InsertAsync();
        row[column] = string.Format(value, At);
        (await Should.ThrowAsync<PostgresException>(InsertAsync)).SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);

        async Task InsertAsync()
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = new NpgsqlCommand($"INSERT INTO audit.event_chunks (session_id, at, events, ingress, {string.Join(", ", row.Keys)}) VALUES ('x', {At}, 1, 'i', {string.Join(", ", row.Values)})", connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task Replication_mode_does_not_switch_the_refusal_off()
    {
        await using var connection = new NpgsqlConnection(rig.Database);
        await connection.OpenAsync();

        (await RefusedAsync(connection, "SET session_replication_role = replica; DELETE FROM audit.event_chunks")).MessageText.ShouldContain("append-only");
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

        (await RefusedAsync(connection, "DELETE FROM audit.event_chunks")).MessageText.ShouldStartWith("permission denied");
    }

    [Fact]
    public async Task Without_the_owners_connection_the_schema_must_be_this_versions()
    {
        var service = AuditRig.AsService(rig.Database);
        await using (var works = await PrepareAsync(service))
        await using (await works.OpenAsync(CancellationToken.None))
        {
        }

        var postgres = await PostgresServer.SharedAsync();
        var other = await postgres.CreateDatabaseAsync($"CREATE SCHEMA audit; CREATE TABLE audit.schema_version (digest text, applied_at timestamptz DEFAULT now()); INSERT INTO audit.schema_version VALUES ('older'); GRANT USAGE ON SCHEMA audit TO {AuditSchema.WriterRole}; GRANT SELECT ON audit.schema_version TO {AuditSchema.WriterRole}");
        (await Should.ThrowAsync<InvalidOperationException>(() => PrepareAsync(AuditRig.AsService(postgres.ConnectionString(other))))).Message.ShouldContain("schema of another version");
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
