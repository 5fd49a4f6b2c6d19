using System.Diagnostics;
using System.Text.RegularExpressions;
using Hoop.EndToEnd.Tests.Support;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>
/// Statements that wait cost little, and run at once when they are approved. <c>HOOP_TEST_LONG=1</c> holds a thousand and asserts what the
/// project promises, on a machine that does nothing else; else it is a tenth of that beside whatever there is, and the times only guard against waiting for a poll.
/// </summary>
[Collection(FaultCollection.Name)]
public sealed partial class HoldLoadTests(FaultSystem hoop)
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1";

    /// <param name="Open">Held while others are released.</param>
    /// <param name="Megabytes">That Ingress may grow by.</param>
    /// <param name="Median">Milliseconds.</param>
    private sealed record Load(int Held, int Open, int Released, long Megabytes, double Median, double Worst);

    /// <summary>Released before any is timed: the first find nothing compiled and no connection open.</summary>
    private const int Warm = 5;

    private static readonly Load Asked = Long ? new(1000, 200, 200, 200, 50, 200) : new(100, 50, 40, 40, 500, 3000);

    [Fact]
    public async Task Held_statements_are_small_and_run_at_once_when_approved()
    {
        await using var crowd = Long ? await CrowdedSystem.StartAsync() : null;
        HoopSystem system = crowd ?? (HoopSystem)hoop;
        if (!Long) await hoop.ReadsAsync();
        using var bea = await ApproverClient.SignInAsync(system);
        var ingress = system.PidOf("ingress");
        var before = ProcessTree.ResidentMemory(ingress);

        var held = await HoldAsync(system, Asked.Held);

        var after = ProcessTree.ResidentMemory(ingress);
        var grown = after - before;
        Say($"{held.Count} held: Ingress uses {after >> 20} MiB, {before >> 20} MiB before, {grown / held.Count / 1024} KiB each");
        await LeaveAsync(held.Skip(Warm + Asked.Released + Asked.Open));
        await ReleaseAsync(bea, held.Take(Warm));
        var times = await ReleaseAsync(bea, held.Skip(Warm).Take(Asked.Released));
        var (median, worst) = (times[times.Count / 2], times[times.Count * 99 / 100]);
        Say($"from the click to the client's answer, {Asked.Open} or more held: p50 {median:0.0} ms, p90 {times[times.Count * 9 / 10]:0.0} ms, p99 {worst:0.0} ms, longest {times[^1]:0.0} ms");
        await LeaveAsync(held.Take(Warm + Asked.Released + Asked.Open));

        grown.ShouldBeLessThanOrEqualTo(Asked.Megabytes * 1_000_000);
        median.ShouldBeLessThanOrEqualTo(Asked.Median);
        worst.ShouldBeLessThanOrEqualTo(Asked.Worst);
    }

    /// <summary>One after the other.</summary>
    /// <returns>Milliseconds, sorted.</returns>
    private static async Task<List<double>> ReleaseAsync(ApproverClient approver, IEnumerable<HeldClient> held)
    {
        var times = new List<double>();
        foreach (var client in held)
        {
            var clicked = Stopwatch.GetTimestamp();
            var answered = approver.ApproveAsync(client.Request);
            await client.Ran;
            times.Add(Stopwatch.GetElapsedTime(clicked).TotalMilliseconds);
            await answered;
        }

        times.Sort();
        return times;
    }

    private static Task LeaveAsync(IEnumerable<HeldClient> clients) => Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));

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
