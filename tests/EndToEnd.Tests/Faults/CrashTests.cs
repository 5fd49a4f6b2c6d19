using System.Diagnostics;
using Hoop.EndToEnd.Tests.Support;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests.Faults;

/// <summary>
/// An Ingress is killed with SIGKILL again and again while pgbench writes through it, each row a mark of its own. Five times, or fifty with
/// <c>HOOP_TEST_LONG=1</c>.
/// </summary>
[Collection(FaultCollection.Name)]
public sealed class CrashTests(FaultSystem hoop)
{
    private const int Clients = 4;
    private static readonly int Kills = Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1" ? 50 : 5;
    private static readonly string[] Protocols = ["simple", "extended", "prepared"];

    [Fact]
    public async Task Every_statement_that_ran_is_on_record_once_however_often_its_ingress_is_killed()
    {
        await hoop.ReadsAsync();
        var began = Stopwatch.GetTimestamp();
        // Made past Hoop: a gateway that had read the names before would not know it for a minute.
        await using var marks = await CrashMarks.CreateAsync(hoop);
        await using var ingress = await SecondIngress.StartAsync(hoop);
        for (var run = 1; run <= Kills; run++)
        {
            await using var load = await StartLoadAsync(ingress, marks, run);
            await marks.GrowAsync(by: 20 + (run * 137 % 400), load);
            await ingress.KillAsync();
            await load.WaitAsync();
            await ingress.StartAgainAsync();
        }

        var record = await CrashRecord.OfAsync(hoop, ingress);
        var ran = await marks.ReadAsync();
        Say($"{Kills} kills in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s: {ran.Count} marks ran, {record.Marks.Count} are on record, {record.Sessions} sessions, {record.Crashed} of them crashed");
        ran.Count.ShouldBeGreaterThan(Kills * 20);
        ran.Distinct().Count().ShouldBe(ran.Count, "a statement ran twice");
        record.Marks.Distinct().Count().ShouldBe(record.Marks.Count, "a statement is on record twice");
        ran.Except(record.Marks).ShouldBeEmpty("it ran, and is not on record");
        record.Crashed.ShouldBe(record.SessionsWithMarks);
        record.SessionsWithMarks.ShouldBeGreaterThanOrEqualTo(Kills);
        record.Broken.ShouldBeEmpty();
        record.Tampering.ShouldBe(0);
    }

    private async Task<Command> StartLoadAsync(SecondIngress ingress, CrashMarks marks, int run)
    {
        var environment = new Dictionary<string, string?> { ["PGPASSWORD"] = await hoop.TokenAsync("bea"), ["PGSSLMODE"] = "require" };
        return Command.Start("pgbench",
        [
            "-h", "127.0.0.1", "-p", $"{ingress.Port}", "-U", "bea", "-n", "-c", $"{Clients}", "-T", "60", "-M", Protocols[run % Protocols.Length],
            "-f", marks.Script, "-D", $"run={run}", "-D", "n=0", "shop",
        ], environment);
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);
}
