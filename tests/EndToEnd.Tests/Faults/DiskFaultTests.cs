using System.Diagnostics;
using Hoop.EndToEnd.Tests.Support;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests.Faults;

/// <summary>The journal has no room: nothing runs unrecorded, open records are closed, and all goes on when there is room again.</summary>
[Collection(FaultCollection.Name)]
public sealed class DiskFaultTests(FaultSystem hoop)
{
    private static readonly Dictionary<string, string?> Small = new() { ["Hoop__Journal__MaxBytes"] = "1048576" };

    [Fact]
    public async Task A_full_journal_or_disk_refuses_with_its_reason_and_goes_on_when_there_is_room()
    {
        await hoop.ReadsAsync();
        await using var ingress = await SecondIngress.StartAsync(hoop, Small);
        using (hoop.ProcessOf("audit").Freeze())
            (await FillAsync(ingress, "fault-8", statements: 25)).ShouldContain("ERROR:  58030: the audit journal is full");
        await RunsAgainAsync(ingress);

        Limit(ingress.ProcessId, "65536");
        (await FillAsync(ingress, "fault-9", statements: 8)).ShouldContain("ERROR:  58030: the audit journal cannot be written");
        var session = await hoop.SessionWithAsync("fault-9");
        Limit(ingress.ProcessId, "unlimited");
        await RunsAgainAsync(ingress);
        var ended = await hoop.SessionBecomesAsync(session.Id, "ended");
        ended.GetProperty("session").GetProperty("complete").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_full_file_system_is_a_full_journal()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1", "It mounts a file system: HOOP_TEST_LONG=1 runs it.");
        await hoop.ReadsAsync();
        var data = TestFolders.Create("hoop-disk-").FullName;
        var mounted = await Command.RunAsync("mount", ["-t", "tmpfs", "-o", "size=40m", "tmpfs", data]);
        Assert.SkipUnless(mounted.ExitCode == 0, $"It mounts a file system, and may not: {mounted.Error}");
        try
        {
            await FillDiskAsync(data);
        }
        finally
        {
            (await Command.RunAsync("umount", [data])).ExitCode.ShouldBe(0);
            Directory.Delete(data);
        }
    }

    private async Task FillDiskAsync(string data)
    {
        await using var ingress = await SecondIngress.StartAsync(hoop, data: Path.Combine(data, "ingress"));
        var filler = Path.Combine(data, "filler");
        await Command.RunAsync("dd", ["if=/dev/zero", $"of={filler}", "bs=1M"]);
        new DriveInfo(data).AvailableFreeSpace.ShouldBe(0);

        (await FillAsync(ingress, "fault-10", statements: 400)).ShouldContain("ERROR:  58030: the audit journal cannot be written");
        var session = await hoop.SessionWithAsync("fault-10");
        File.Delete(filler);
        await RunsAgainAsync(ingress);
        await hoop.SessionBecomesAsync(session.Id, "ended");
    }

    /// <summary>Long statements, of which the last have no room: what psql says. Its session stays open.</summary>
    private static async Task<string> FillAsync(SecondIngress ingress, string tag, int statements)
    {
        var statement = $"select 1 /* {new string('x', 60_000)} */;\n";
        var psql = await ingress.PsqlAsync($"\\set VERBOSITY verbose\nselect 1 /* {tag} */;\n" + string.Concat(Enumerable.Repeat(statement, statements)) + "\\echo still connected: :HOST\n");
        psql.ExitCode.ShouldBe(0, psql.Error);
        psql.Output.ShouldContain("still connected");
        return psql.Error;
    }

    private static Task RunsAgainAsync(SecondIngress ingress) =>
        Eventually.SeenAsync(() => ingress.PsqlAsync($"select 'room ' || 'again' /* {new string('x', 60_000)} */;\n"), psql => psql.Output.Contains("room again", StringComparison.Ordinal));

    /// <summary>No file of the process may be made or grow larger: what a full disk says, for a process alone.</summary>
    private static void Limit(int pid, string bytes)
    {
        using var prlimit = Process.Start("prlimit", [$"--pid={pid}", $"--fsize={bytes}:unlimited"]);
        prlimit.WaitForExit();
        prlimit.ExitCode.ShouldBe(0);
    }
}
