using System.IO.Compression;
using System.Text;
using Hoop.EndToEnd.Tests.Support;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>What happened is on record, and a changed record is found.</summary>
public class EvidenceTests(DemoSystem hoop)
{
    [Fact]
    public async Task A_session_is_on_record_with_its_decisions_and_without_secrets()
    {
        await hoop.PsqlAsync("select ssn from customers where id = 1 /* evidence-1 */;\ndrop table orders /* evidence-1 */;\n");
        var text = (await hoop.SessionWithAsync("evidence-1", events: 5)).Shown.ToString();

        text.ShouldContain("drop table orders");
        text.ShouldContain("nobody-destroys");
        text.ShouldContain("maskedColumns");
        foreach (var secret in Secrets.OfTheFirstCustomers) text.ShouldNotContain(secret);
    }

    [Fact]
    public async Task An_export_verifies_until_a_byte_is_changed()
    {
        await hoop.PsqlAsync("select count(*) from orders /* evidence-2 */;\ndrop table orders;\n");
        var id = (await hoop.SessionWithAsync("evidence-2", events: 5)).Id;
        var file = Path.Combine(Path.GetTempPath(), $"hoop-{id}.jsonl");
        try
        {
            (await hoop.CliAsync("export", id, "-o", file, "--as", "bea")).ExitCode.ShouldBe(0);
            var good = await Command.RunAsync(Repository.File("hoop"), ["verify", file]);
            good.ExitCode.ShouldBe(0, good.ToString());

            var bytes = await File.ReadAllBytesAsync(file);
            var place = Encoding.UTF8.GetString(bytes).IndexOf("drop table orders", StringComparison.Ordinal);
            bytes[place] ^= 1;
            await File.WriteAllBytesAsync(file, bytes);
            var bad = await Command.RunAsync(Repository.File("hoop"), ["verify", file]);
            bad.ExitCode.ShouldBe(1, bad.ToString());
            bad.All.ShouldContain("event");
            bad.All.ShouldMatch(@"event \d+");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Somebody_without_the_role_does_not_see_others_sessions()
    {
        await hoop.PsqlAsync("select 1 /* evidence-3 */;\n");
        var id = (await hoop.SessionWithAsync("evidence-3", events: 4)).Id;
        (await hoop.CliAsync("sessions", "show", id, "--as", "ana")).ExitCode.ShouldBe(1);
        (await hoop.CliJsonAsync("sessions", "show", id, "--as", "bea")).GetProperty("events").GetArrayLength().ShouldBeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public async Task A_hold_is_placed_and_released_and_everything_stored_is_intact()
    {
        await hoop.PsqlAsync("select 1 /* evidence-4 */;\n");
        var id = (await hoop.SessionWithAsync("evidence-4", events: 4)).Id;
        var hold = (await hoop.CliJsonAsync("holds", "add", "--session", id, "--reason", "case 7", "--as", "bea")).GetProperty("id").GetString()!;
        (await hoop.CliAsync("holds", "list", "--as", "bea")).Output.ShouldContain(hold);
        (await hoop.CliAsync("holds", "release", hold, "--reason", "closed", "--as", "bea")).ExitCode.ShouldBe(0);

        var check = await hoop.CliAsync("evidence", "check", "--as", "bea");
        check.ExitCode.ShouldBe(0, check.ToString());
        check.Output.ShouldStartWith("✓ intact: ");
    }

    [Fact]
    public async Task A_changed_policy_in_an_export_is_named()
    {
        await hoop.PsqlAsync("select 1 as evidencefive;\n");
        await Eventually.TrueAsync(async () => (await hoop.CliAsync("sessions", "search", "--search", "evidencefive", "--as", "bea")).Output.Contains("evidencefive", StringComparison.Ordinal));
        var file = Path.Combine(Path.GetTempPath(), $"hoop-{Guid.NewGuid():n}.zip");
        try
        {
            (await hoop.CliAsync("export", "--search", "evidencefive", "-o", file, "--as", "bea")).ExitCode.ShouldBe(0);
            var good = await hoop.CliAsync("verify", file);
            good.ExitCode.ShouldBe(0, good.ToString());
            using (var zip = ZipFile.Open(file, ZipArchiveMode.Update))
            {
                var policy = zip.Entries.Single(e => e.FullName.StartsWith("policies/", StringComparison.Ordinal));
                using var writer = new StreamWriter(policy.Open());
                writer.Write("version: 1");
            }

            var bad = await hoop.CliAsync("verify", file);
            bad.ExitCode.ShouldBe(1, bad.ToString());
            bad.All.ShouldMatch(@"policies/\d+\.yaml was changed");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
