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

/// <summary>
/// What batches cost from the bytes that an Ingress sent to the commit, and then made searchable: large ones as under load, and small ones as they come where little
/// happens. HOOP_TEST_LONG=1 stores 300,000 events three times and holds it to 20,000 a second.
/// </summary>
public sealed class IngestSpeedTests(ITestOutputHelper output)
{
    private const int Sessions = 16, Large = 1_000, Small = 10, Least = 20_000;
    private static readonly bool Long = Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1";
    private static readonly int Batches = Long ? 300 : 20;
    private static readonly DateTimeOffset At = DateTimeOffset.Parse("2026-02-03T12:00:00Z");

    private readonly SessionChain[] chains = [.. Enumerable.Range(0, Sessions).Select(i => new SessionChain($"0197a3c5e6f07b1c9d2e3f4a5b6c7{i:x3}"))];
    private int made;

    [Fact]
    public async Task Batches_are_checked_stored_and_made_searchable_as_fast_as_they_are_needed()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        using var index = new SearchIndex(evidence.Database, TimeProvider.System, NullLogger<SearchIndex>.Instance);
        // The first time, code is compiled and plans are made.
        for (var time = 0; time < (Long ? 3 : 1); time++)
        {
            foreach (var size in (int[])[Large, Small])
            {
                var batches = Made(Batches, size);
                await MeasureAsync(evidence, size, "stored", () => StoreAsync(evidence, batches));
                await MeasureAsync(evidence, size, "indexed", () => IndexAsync(index, Batches * size));
            }

            var few = Made(Batches, Small);
            await MeasureAsync(evidence, Small, "stored and indexed one by one", async () =>
            {
                foreach (var batch in few)
                {
                    await StoreAsync(evidence, [batch]);
                    await IndexAsync(index, Small);
                }
            });
        }

        (await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.events")).ShouldBe(made);
        (await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.tampering")).ShouldBe(0);
        (await evidence.ScalarAsync<long>("SELECT sum(cardinality(sequences))::bigint FROM audit.statement_groups")).ShouldBe(made / 2);
    }

    private static async Task StoreAsync(EvidenceDatabase evidence, IEnumerable<byte[]> batches)
    {
        foreach (var batch in batches)
            await evidence.Store.StoreAsync("i1", EventBatch.Read(batch), TestContext.Current.CancellationToken);
    }

    /// <summary>It waits for every transaction of the server that began earlier, other tests' too.</summary>
    private static async Task IndexAsync(SearchIndex index, long events)
    {
        while (events > 0)
            events -= (await index.StepAsync(TestContext.Current.CancellationToken)).Events;
    }

    private async Task MeasureAsync(EvidenceDatabase evidence, int size, string what, Func<Task> work)
    {
        var (clock, own, backends) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, await BackendsAsync(evidence));
        await work();
        var (seconds, events) = (clock.Elapsed.TotalSeconds, Batches * size);
        (own, backends) = (Environment.CpuUsage.TotalTime - own, await BackendsAsync(evidence) - backends);
        var text = string.Create(CultureInfo.InvariantCulture, $"{Batches} batches of {size} events {what}: {events / seconds:0} events a second; CPU of audit and its PostgreSQL backends: {Micro(own, Batches):0} and {Micro(backends, Batches):0} µs a batch, {Micro(own, events):0.0} and {Micro(backends, events):0.0} µs an event");
        output.WriteLine(text);
        if (Long && size == Large)
            (events / seconds).ShouldBeGreaterThan(Least, text);

        static double Micro(TimeSpan cpu, int parts) => cpu.TotalMicroseconds / parts;
    }

    /// <summary>Batches of sessions side by side, each statement a decision and its end, as a busy Ingress sends them.</summary>
    private List<byte[]> Made(int batches, int size) => [.. Enumerable.Range(0, batches).Select(_ => EventBatch.Of([.. Enumerable.Range(0, size).Select(_ => Next(made++))]))];

    private JournalEvent Next(int n) => n % 2 == 0
        ? chains[n / 2 % Sessions].Append(EventKinds.OperationDecided, $$"""{"operation":{{n}},"outcome":"allow","text":"SELECT abalance FROM pgbench_accounts WHERE aid = $1","bindValues":["{{n}}"],"verbs":["select"],"objects":["public.pgbench_accounts"],"effects":["read"],"fingerprint":"4a1f0c7733b1d2e5","rules":["agents-read"],"why":"agents-read allows it","policyVersion":7}""", At)
        : chains[n / 2 % Sessions].Append(EventKinds.OperationCompleted, $$"""{"operation":{{n - 1}},"succeeded":true,"status":"SELECT 1","columns":["abalance"],"rows":1,"bytes":12,"durationMs":0.4,"maskedColumns":[]}""", At);

    private static async Task<TimeSpan> BackendsAsync(EvidenceDatabase evidence) =>
        TimeSpan.FromMicroseconds((await evidence.ScalarAsync<int[]>("SELECT coalesce(array_agg(pid), '{}') FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()")).Sum(CpuOf));

    /// <summary>Microseconds that a process of one thread was on a processor.</summary>
    private static double CpuOf(int pid) => double.Parse(File.ReadAllText($"/proc/{pid}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1000;
}
