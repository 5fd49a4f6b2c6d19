using System.Collections.Concurrent;
using System.Diagnostics;
using Shouldly;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Hostile;

/// <summary>Many sessions from many seeds, a few at a time, for as long as the mode asks; what they left behind is measured.</summary>
internal sealed class Crowd(string name)
{
    private const int AtOnce = 8;
    private const long Goal = 1_000_000;

    private static readonly TimeSpan ShortRun = TimeSpan.FromSeconds(7);
    private readonly ConcurrentDictionary<string, int> ends = new();
    private long messages;

    /// <summary>Of a failure; then only this one runs.</summary>
    private static int? OnlySeed => int.TryParse(Environment.GetEnvironmentVariable("HOOP_TEST_SEED"), out var seed) ? seed : null;

    private static bool Long => Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1";

    public long Messages => Interlocked.Read(ref messages);

    /// <summary>How a session ended, for the statistics.</summary>
    public void Ended(string how) => ends.AddOrUpdate(how, 1, static (_, count) => count + 1);

    /// <param name="session">Runs one session from a seed; says how many messages it sent.</param>
    /// <param name="forget">Drops what the rig itself keeps of sessions.</param>
    public async Task RunAsync(Func<int, Task<int>> session, Action forget)
    {
        var first = OnlySeed ?? Environment.TickCount;
        for (var i = 0; i < 20; i++) await OneAsync(session, first + i);
        forget();
        var before = Memory();
        var (watch, seed, peak) = (Stopwatch.StartNew(), first + 20, 0L);
        while (OnlySeed is null && (Long ? Messages < Goal : watch.Elapsed < ShortRun))
        {
            var batch = Enumerable.Range(seed, AtOnce * 8).ToArray();
            seed += batch.Length;
            await Parallel.ForEachAsync(batch, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (s, _) => await OneAsync(session, s));
            forget();
            peak = Math.Max(peak, Environment.WorkingSet);
        }

        var after = Memory();
        Xunit.TestContext.Current.TestOutputHelper!.WriteLine(
            $"{name}: {Messages} messages in {seed - first} sessions, {watch.Elapsed.TotalSeconds:0} s; heap {before.Heap >> 20} → {after.Heap >> 20} MiB, working set {before.Set >> 20} → {after.Set >> 20}, peak {peak >> 20} MiB");
        foreach (var (how, count) in ends.OrderByDescending(end => end.Value)) Xunit.TestContext.Current.TestOutputHelper!.WriteLine($"  {count,6} × {how}");
        (after.Heap - before.Heap).ShouldBeLessThan(24L << 20, "the heap grew with the sessions");
        (peak - before.Set).ShouldBeLessThan(768L << 20, "the process grew with the sessions");
    }

    private async Task OneAsync(Func<int, Task<int>> session, int seed)
    {
        try
        {
            Interlocked.Add(ref messages, await session(seed));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{name}, HOOP_TEST_SEED={seed}: {e.Message}", e);
        }
    }

    private static (long Heap, long Set) Memory() => (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
}
