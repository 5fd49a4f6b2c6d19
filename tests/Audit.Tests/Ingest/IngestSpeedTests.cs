using System.Diagnostics;
using System.Globalization;
using Hoop.Audit.Chain;
using Hoop.Audit.Search;
using Hoop.Audit.Tests.Rigs;
using Hoop.Contracts.Audit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Ingest;

/// <summary>How fast batches are checked and stored, from the bytes that an Ingress sent to the commit, and then made searchable. HOOP_TEST_LONG=1 stores 300,000 events and holds it to 20,000 a second.</summary>
public sealed class IngestSpeedTests(ITestOutputHelper output)
{
    private const int Sessions = 16, BatchSize = 1_000, Least = 20_000;
    private static readonly bool Long = Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1";
    private static readonly DateTimeOffset At = DateTimeOffset.Parse("2026-02-03T12:00:00Z");

    [Fact]
    public async Task Batches_are_checked_and_stored_as_fast_as_they_are_needed()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var batches = Batches(Long ? 300 : 20);
        await evidence.StoreAsync(EventBatch.Read(batches[0]));
        var events = (batches.Count - 1) * BatchSize;
        await MeasureAsync(evidence, "stored", events, async () =>
        {
            foreach (var batch in batches.Skip(1))
                await evidence.StoreAsync(EventBatch.Read(batch));
        });
        (await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.events")).ShouldBe(events + BatchSize);
        (await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.tampering")).ShouldBe(0);

        using var index = new SearchIndex(evidence.Database, TimeProvider.System, NullLogger<SearchIndex>.Instance);
        await MeasureAsync(evidence, "indexed", events, async () =>
        {
            // It waits for every transaction of the server that began earlier, other tests' too.
            for (var left = (long)batches.Count * BatchSize; left > 0;)
                left -= (await index.StepAsync(TestContext.Current.CancellationToken)).Events;
        });
        (await evidence.ScalarAsync<long>("SELECT sum(cardinality(sequences))::bigint FROM audit.statement_groups")).ShouldBe((events + BatchSize) / 2);
    }

    private async Task MeasureAsync(EvidenceDatabase evidence, string what, int events, Func<Task> work)
    {
        var (clock, own, backends) = (Stopwatch.StartNew(), CpuOf(Environment.ProcessId), await BackendsAsync(evidence));
        await work();
        var seconds = clock.Elapsed.TotalSeconds;
        (own, backends) = (CpuOf(Environment.ProcessId) - own, await BackendsAsync(evidence) - backends);
        var text = string.Create(CultureInfo.InvariantCulture, $"{events} events {what} in {seconds:0.00} s: {events / seconds:0} a second; CPU per event: audit {Micro(own)} µs, its PostgreSQL backends {Micro(backends)} µs");
        output.WriteLine(text);
        if (Long)
            (events / seconds).ShouldBeGreaterThan(Least, text);

        string Micro(double cpuSeconds) => (cpuSeconds * 1e6 / events).ToString("0.0", CultureInfo.InvariantCulture);
    }

    /// <summary>Sessions side by side, each statement a decision and its end, as a busy Ingress sends them.</summary>
    private static List<byte[]> Batches(int count)
    {
        var chains = Enumerable.Range(0, Sessions).Select(i => new SessionChain($"0197a3c5e6f07b1c9d2e3f4a5b6c7{i:x3}")).ToArray();
        return [.. Enumerable.Range(0, count).Select(b => EventBatch.Of(Enumerable.Range(0, BatchSize).Select(i => Next(chains[i / 2 % Sessions], i, (b * BatchSize) + i))))];
    }

    private static JournalEvent Next(SessionChain chain, int i, int n) => i % 2 == 0
        ? chain.Append(EventKinds.OperationDecided, $$"""{"operation":{{n}},"outcome":"allow","text":"SELECT abalance FROM pgbench_accounts WHERE aid = $1","bindValues":["{{n}}"],"verbs":["select"],"objects":["public.pgbench_accounts"],"effects":["read"],"fingerprint":"4a1f0c7733b1d2e5","rules":["agents-read"],"why":"agents-read allows it","policyVersion":7}""", At)
        : chain.Append(EventKinds.OperationCompleted, $$"""{"operation":{{n - 1}},"succeeded":true,"status":"SELECT 1","columns":["abalance"],"rows":1,"bytes":12,"durationMs":0.4,"maskedColumns":[]}""", At);

    private static async Task<double> BackendsAsync(EvidenceDatabase evidence) =>
        (await evidence.ScalarAsync<int[]>("SELECT array_agg(pid) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()")).Sum(CpuOf);

    /// <summary>Seconds that a process has used: user and system.</summary>
    private static double CpuOf(int pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
    }
}
