using System.Diagnostics;
using System.Text.RegularExpressions;
using Hoop.EndToEnd.Tests.Support;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>
/// Statements that wait cost little, and run at once when they are approved. <c>HOOP_TEST_LONG=1</c> holds a thousand and asserts what the
/// project promises. <c>HOOP_TEST_HOLDS=1</c> holds few, beside whatever else the machine does; its bounds only guard against waiting for a poll.
/// </summary>
[Collection(FaultCollection.Name)]
public sealed partial class HoldLoadTests(FaultSystem hoop)
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1";
    private static readonly int Released = Long ? 100 : 20;
    private static readonly (int Held, int Open, long Megabytes, double Median, double Worst) Bounds = Long ? (1000, 200, 200, 50, 200) : (40, 20, 200, 500, 2000);

    [Fact]
    public async Task Held_statements_are_small_and_run_at_once_when_approved()
    {
        Assert.SkipUnless(Long || Environment.GetEnvironmentVariable("HOOP_TEST_HOLDS") == "1", "It measures: HOOP_TEST_LONG=1 runs it, HOOP_TEST_HOLDS=1 a short form.");
        await using var crowd = Long ? await CrowdedSystem.StartAsync() : null;
        HoopSystem system = crowd ?? (HoopSystem)hoop;
        using var bea = await ApproverClient.SignInAsync(system);
        var before = ProcessTree.ProportionalMemory(system.PidOf("ingress"));
        var held = await HoldAsync(system, Bounds.Held);
        var memory = ProcessTree.ProportionalMemory(system.PidOf("ingress"));
        Say($"{Bounds.Held} held: Ingress uses {memory >> 20} MiB, {before >> 20} MiB before, {(memory - before) / Bounds.Held / 1024} KiB each");

        // The rest leave, so that so many are open at the end.
        await Task.WhenAll(held.Skip(Released + Bounds.Open).Select(client => client.DisposeAsync().AsTask()));
        var times = new List<double>();
        foreach (var client in held.Take(Released))
        {
            var started = Stopwatch.GetTimestamp();
            await bea.ApproveAsync(client.Request);
            await client.Ran;
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        var (median, worst) = (times[Released / 2], times[Released * 99 / 100]);
        Say($"from the click to the client's answer, {Bounds.Open} or more held: p50 {median:0.0} ms, p90 {times[Released * 9 / 10]:0.0} ms, p99 {worst:0.0} ms");
        await Task.WhenAll(held.Take(Released + Bounds.Open).Select(client => client.DisposeAsync().AsTask()));

        (memory >> 20).ShouldBeLessThanOrEqualTo(Bounds.Megabytes);
        median.ShouldBeLessThanOrEqualTo(Bounds.Median);
        worst.ShouldBeLessThanOrEqualTo(Bounds.Worst);
    }

    private static async Task<List<HeldClient>> HoldAsync(HoopSystem system, int count)
    {
        var held = new List<HeldClient>();
        var connection = $"Host={system.Host};Port={system.Port};Database=shop;Username=reporting-agent;Password={await system.TokenAsync()};SSL Mode=Require;Trust Server Certificate=true;Pooling=false";
        foreach (var batch in Enumerable.Range(0, count).Chunk(20))
            held.AddRange(await Task.WhenAll(batch.Select(i => HeldClient.StartAsync(connection, $"update orders set status = status where id = {i} /* load */"))));
        return held;
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);

    private sealed partial class HeldClient : IAsyncDisposable
    {
        private readonly NpgsqlConnection connection;
        private readonly CancellationTokenSource leaving = new();

        private HeldClient(NpgsqlConnection connection, string sql)
        {
            this.connection = connection;
            var waits = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            connection.Notice += (_, notice) =>
            {
                if (Waiting().Match(notice.Notice.MessageText) is { Success: true } match) waits.TrySetResult(match.Groups[1].Value);
            };
            (Waits, Ran) = (waits.Task, RunAsync(sql));
        }

        private Task<string> Waits { get; }

        /// <summary>It was released and has run.</summary>
        public Task Ran { get; }

        public string Request { get; private set; } = "";

        public static async Task<HeldClient> StartAsync(string connectionString, string sql)
        {
            var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            var client = new HeldClient(connection, sql);
            client.Request = await client.Waits.WaitAsync(TimeSpan.FromSeconds(60));
            return client;
        }

        public async ValueTask DisposeAsync()
        {
            await leaving.CancelAsync();
            await Ran.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await connection.DisposeAsync();
            leaving.Dispose();
        }

        private async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
            await command.ExecuteNonQueryAsync(leaving.Token);
        }

        [GeneratedRegex("^waiting for approval ([0-9a-f-]{36})")]
        private static partial Regex Waiting();
    }

    /// <summary>A system of its own whose database takes a thousand clients.</summary>
    private sealed class CrowdedSystem : HoopSystem
    {
        public static async Task<CrowdedSystem> StartAsync()
        {
            var system = new CrowdedSystem();
            await system.StartAsync(environment: new Dictionary<string, string?> { ["HOOP_POSTGRES_CONNECTIONS"] = "1200" });
            return system;
        }
    }
}
