using Hoop.Audit.Integrity;
using Hoop.Audit.Retention;
using Hoop.Audit.Storage;
using Hoop.Audit.Tests.Rigs;
using Hoop.Contracts.Audit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Retention;

/// <summary>Retention believes a release that Audit signed and the signed log proves, and no row that somebody added to the database.</summary>
public sealed class ReleaseProofsTests
{
    private static readonly DateTimeOffset Wednesday = DateTimeOffset.Parse("2024-02-28T12:00:00Z");

    [Theory]
    [InlineData("now()", "")]
    [InlineData("now() - interval '2 hours'", "")]
    [InlineData("now() - interval '2 hours'", "MEUCIQDx")]
    // Back in a week whose admin chain retention has dropped long ago.
    [InlineData("'2024-03-20'", "")]
    [InlineData("'20000-01-31'", "")]
    public async Task A_release_that_somebody_added_to_the_database_drops_nothing_and_is_told(string at, string signature)
    {
        await using var evidence = await HeldAsync();
        var hold = await evidence.Holds.PlaceAsync("target", "shop", "case 7", "bea", CancellationToken.None);
        await AsServiceAsync(evidence, $"INSERT INTO audit.holds SELECT id, 'released', scope, value, 'closed', '{AuditRig.Bea.Id}', {at}, '{signature}' FROM audit.holds");
        // The chain says so, too: whoever adds a row there has not the key either.
        await evidence.SayReleasedAsync(hold.Id, AdminOutcomes.Done);

        (await evidence.DropDueAsync()).ShouldBeEmpty();

        (await evidence.ScalarAsync<long>("SELECT sum(events)::bigint FROM audit.events_2024w09")).ShouldBe(6);
        (await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.log_entries WHERE entry LIKE '%tombstone%'")).ShouldBe(0);
        evidence.DropLog.All.ShouldContain(line => line.StartsWith($"Warning: Partition events_2024w09 is older than the retention and stays: legal hold {hold.Id} says that it was released"));
        var check = new DatabaseCheck(evidence.Database, evidence.Log, evidence.Key, TimeProvider.System);
        (await check.RunAsync(null, CancellationToken.None)).Problems.ShouldContain(p => p.Message.StartsWith($"legal hold {hold.Id} "));
        if (at == "now()")
            return;
        var health = await new RetentionHealth(evidence.Releases).CheckHealthAsync(new HealthCheckContext());
        (health.Status, health.Description!.Contains("release it again")).ShouldBe((HealthStatus.Degraded, true));
    }

    [Fact]
    public async Task Who_finds_a_release_that_counts_for_nothing_releases_the_hold_again()
    {
        await using var evidence = await HeldAsync();
        var hold = await evidence.Holds.PlaceAsync("target", "shop", "case 7", "bea", CancellationToken.None);
        await AsServiceAsync(evidence, "INSERT INTO audit.holds SELECT id, 'released', scope, value, 'closed', by, now() - interval '2 hours' FROM audit.holds");
        (await evidence.Holds.ListAsync(released: false, CancellationToken.None)).ShouldHaveSingleItem().Problem!.ShouldContain("the row was added");

        (await evidence.ReleaseAsync(hold.Id)).ShouldNotBeNull().Problem.ShouldBeNull();
        (await evidence.ReleaseAsync(hold.Id)).ShouldBeNull("one release is enough");

        (await evidence.DropDueAsync()).ShouldBe(["events_2024w09"]);
        (await evidence.Holds.ListAsync(released: false, CancellationToken.None)).ShouldBeEmpty();
        (await new RetentionHealth(evidence.Releases).CheckHealthAsync(new HealthCheckContext())).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(AdminOutcomes.Refused)]
    [InlineData(AdminOutcomes.Failed)]
    public async Task A_release_counts_once_its_event_is_in_the_signed_log(string? outcome)
    {
        await using var evidence = await HeldAsync();
        var hold = await evidence.Holds.PlaceAsync("session", "s", "case 7", "bea", CancellationToken.None);
        await evidence.Holds.ReleaseAsync(hold.Id, "closed", "bea", CancellationToken.None);
        await evidence.SayReleasedAsync("another", AdminOutcomes.Done);
        if (outcome is not null)
            await evidence.SayReleasedAsync(hold.Id, outcome);
        (await evidence.DropDueAsync()).ShouldBeEmpty();
        evidence.DropLog.All.ShouldContain(line => line.Contains("the signed log proves no hold.release of it yet"));

        await evidence.SayReleasedAsync(hold.Id, AdminOutcomes.Done);

        (await evidence.DropDueAsync()).ShouldBe(["events_2024w09"]);
    }

    [Theory]
    [InlineData("UPDATE single SET payload = replace(payload, 'another', 'HOLD') WHERE kind = 'hold.release'")]
    [InlineData("UPDATE single SET hash = sha256('x') WHERE sequence = 2 AND session_id LIKE 'admin-%'")]
    public async Task An_event_of_it_that_the_chain_does_not_bear_out_is_none(string sql)
    {
        await using var evidence = await HeldAsync();
        var hold = await evidence.Holds.PlaceAsync("session", "s", "case 7", "bea", CancellationToken.None);
        await evidence.Holds.ReleaseAsync(hold.Id, "closed", "bea", CancellationToken.None);
        await evidence.SayReleasedAsync(sql.Contains("HOLD") ? "another" : hold.Id, AdminOutcomes.Done);
        await evidence.SayReleasedAsync("another", AdminOutcomes.Refused);
        await evidence.SealAsync();
        await evidence.ExecuteAsync(Attack.Unhindered(Attack.OnSingles(sql.Replace("HOLD", hold.Id))));

        (await evidence.DropDueAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_released_long_ago_stays_released_when_the_chain_of_the_day_is_gone()
    {
        await using var evidence = await HeldAsync();
        await evidence.Holds.PlaceAsync("target", "shop", "case 7", "bea", CancellationToken.None);
        var placed = (await evidence.Holds.ListAsync(released: false, CancellationToken.None)).Single();
        var row = new HoldRow(placed.Id, HoldRow.Released, placed.Scope, placed.Value, "closed", "bea", Wednesday.AddDays(30));
        await AsServiceAsync(evidence, $"INSERT INTO audit.holds VALUES ('{row.Id}', 'released', 'target', 'shop', 'closed', 'bea', '{row.At:O}', '{await row.SignAsync(evidence.Log, CancellationToken.None)}')");

        (await evidence.DropDueAsync()).ShouldBe(["events_2024w09"]);
    }

    [Fact]
    public async Task Nobody_can_pass_a_row_off_as_one_from_before_rows_were_signed()
    {
        await using var evidence = await HeldAsync();
        await evidence.Holds.PlaceAsync("target", "shop", "case 7", "bea", CancellationToken.None);

        (await Should.ThrowAsync<PostgresException>(() => AsServiceAsync(evidence, "INSERT INTO audit.holds SELECT id, 'released', scope, value, reason, by, at, 'before' FROM audit.holds")))
            .ConstraintName.ShouldBe("holds_are_signed_now");
    }

    [Fact]
    public async Task Releases_from_before_rows_were_signed_count_as_they_did()
    {
        await using var evidence = await HeldAsync();
        await evidence.ExecuteAsync("""
            ALTER TABLE audit.holds DROP COLUMN signature;
            ALTER TABLE audit.holds ADD PRIMARY KEY (id, action);
            INSERT INTO audit.holds VALUES ('h1', 'placed', 'target', 'shop', 'case 7', 'bea', now()), ('h1', 'released', 'target', 'shop', 'closed', 'bea', now());
            TRUNCATE audit.schema_version
            """);
        await evidence.SayReleasedAsync("h1", AdminOutcomes.Done);
        await using (var upgraded = new AuditDatabase(evidence.Configuration, TimeProvider.System, NullLogger<AuditDatabase>.Instance))
            await upgraded.StartAsync(CancellationToken.None);

        (await evidence.DropDueAsync()).ShouldBe(["events_2024w09"]);
        (await Should.ThrowAsync<PostgresException>(() => AsServiceAsync(evidence, "INSERT INTO audit.holds VALUES ('h2', 'released', 'target', 'shop', 'closed', 'bea', now(), 'before')"))).ConstraintName.ShouldBe("holds_are_signed_now");
    }

    private static async Task<EvidenceDatabase> HeldAsync()
    {
        var evidence = await EvidenceDatabase.CreateAsync(keepDays: 90);
        await evidence.StoreAsync(AuditRig.Session("s", at: Wednesday));
        return evidence;
    }

    /// <summary>With the rights of the service and not its key.</summary>
    private static async Task AsServiceAsync(EvidenceDatabase evidence, string sql)
    {
        await using var connection = await evidence.Database.OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
