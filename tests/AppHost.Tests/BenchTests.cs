using System.Diagnostics;
using Hoop.AppHost.Tests.Support;
using Shouldly;
using Xunit;

namespace Hoop.AppHost.Tests;

/// <summary><c>./bench</c> stays runnable. What it measures takes minutes and is not part of the tests.</summary>
public sealed class BenchTests
{
    [Fact]
    public async Task Its_scripts_are_well_formed()
    {
        foreach (var script in new[] { "bench", "eng/setup", "eng/bench/servers.sh" })
            (await RunAsync("bash", "-n", script)).ShouldBe((0, ""), script);
        foreach (var module in Directory.GetFiles(Path.Combine(Repository.Root, "eng/bench"), "*.mjs"))
            (await RunAsync("node", "--check", module)).ShouldBe((0, ""), module);
    }

    [Fact]
    public async Task It_lists_what_it_measures_and_the_goals()
    {
        var (code, said) = await RunAsync("./bench", "--list");
        code.ShouldBe(0, said);
        foreach (var mode in new[] { "simple", "extended", "prepared" })
            foreach (var clients in new[] { 1, 8, 64 })
                said.ShouldMatch($@"(?m)^select-{mode}-c{clients} +tps +≥ 1 × pgbouncer$");
        said.ShouldMatch(@"(?m)^rate1000-extended-c8 +p99 ms +≤ 1.3 × pgbouncer$");
        said.ShouldMatch(@"(?m)^read-masked +MB/s +≥ 0.7 × direct$");
        said.ShouldMatch(@"(?m)^idle-c200 +KiB +≤ 64 KiB$");
    }

    [Fact]
    public async Task Quick_leaves_64_clients_out()
    {
        var (code, said) = await RunAsync("./bench", "--quick", "--list");
        code.ShouldBe(0, said);
        said.ShouldContain("select-simple-c8");
        said.ShouldNotContain("c64");
    }

    [Theory]
    [InlineData("--rounds none", "--rounds none is not a number from 1 to 99.")]
    [InlineData("--out", "--out needs a value: see ./bench --help")]
    [InlineData("--fast", "--fast is not known: see ./bench --help")]
    [InlineData("--only mysql", "no scenario contains mysql: see ./bench --list")]
    public async Task A_mistake_is_one_line(string arguments, string line)
    {
        var (code, said) = await RunAsync("./bench", arguments.Split(' '));
        (code, said.TrimEnd()).ShouldBe((2, $"./bench: {line}"));
    }

    [Fact]
    public async Task The_rules_it_measures_with_are_valid()
    {
        var (code, said) = await RunAsync("dotnet", "cli/bin/Debug/net10.0/hoop.dll", "policy", "check", "eng/bench/hoop.yaml");
        code.ShouldBe(0, said);
    }

    [Fact]
    public async Task The_table_compares_figures_of_the_same_round_and_says_which_goals_were_reached()
    {
        var (code, table) = await RunAsync("node", "--input-type=module", "-e", """
            import { table } from './eng/bench/report.mjs';
            import { scenarios } from './eng/bench/scenarios.mjs';
            const round = (direct, pgbouncer, off, on, readOn) => ({
              'select-simple-c8': { direct: { tps: direct }, pgbouncer: { tps: pgbouncer, cpu: 15 }, haproxy: { tps: pgbouncer * 0.9, cpu: 14 }, 'hoop-off': { tps: off, cpu: 12 }, 'hoop-on': { tps: on, cpu: 13 } },
              'read-masked': { direct: { tps: 300 }, pgbouncer: 'FATAL: too many', 'hoop-on': { tps: readOn } },
              'connect-c1': { direct: { avg: 5 }, 'hoop-on': { avg: 5.9 } },
            });
            const raw = { date: '2030-01-02T03:04:05Z', measuredBy: 'a test', load: '0.10 0 0', idle: { 'hoop-on': { kib: 65 } },
              rounds: [round(400, 200, 220, 210, 200), round(200, 100, 120, 110, 190), round(100, 50, 55, 40, 220)] };
            process.stdout.write(table(raw, scenarios, ['direct', 'pgbouncer', 'haproxy', 'hoop-off', 'hoop-on']));
            """);
        code.ShouldBe(0, table);
        string[] Cells(string scenario) => [.. table.Split('\n').Single(line => line.StartsWith($"| {scenario} ")).Split('|', StringSplitOptions.TrimEntries)[1..^1]];
        Cells("select-simple-c8").ShouldBe(
        [
            "select-simple-c8", "tps", "200", "100", "90.0", "120", "110", "0.90 (0.90–0.90)", "0.53 (0.40–0.55)", "1.05 (0.80–1.10)", "1.17 (0.89–1.22)",
            "15.0 / 14.0 / 12.0 / 13.0", "≥ 1 × pgbouncer", "yes",
        ]);
        Cells("read-masked")[^1].ShouldBe("NO");
        Cells("connect-c1")[^1].ShouldBe("yes");
        Cells("idle-c200")[^1].ShouldBe("NO");
        Cells("copy-in")[^1].ShouldBeEmpty();
        table.ShouldContain("no figures: read-masked, pgbouncer: FATAL: too many");
    }

    static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        if (program.StartsWith("./", StringComparison.Ordinal))
            start.FileName = Path.Combine(Repository.Root, program);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }
}
