using System.Text;
using Hoop.EndToEnd.Tests.Support;
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
    }
}
