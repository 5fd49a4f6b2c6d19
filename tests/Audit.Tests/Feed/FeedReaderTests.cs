using Hoop.Audit.Chain;
using Hoop.Audit.Feed;
using Hoop.Audit.Search;
using Hoop.Audit.Tests.Rigs;
using Hoop.Contracts.Audit;
using Hoop.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Feed;

public sealed class FeedReaderTests
{
    [Theory]
    [InlineData(70, 1, new[] { 32, 32, 6 })]
    [InlineData(5, 1500, new[] { 7500 })]
    public async Task A_reader_that_is_behind_says_so_and_passes_over_nothing(int batches, int size, int[] steps)
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var (chain, at) = (new SessionChain("s"), DateTimeOffset.Parse("2026-02-03T12:00:00Z"));
        for (var i = 0; i < batches; i++)
            await evidence.StoreAsync([.. Enumerable.Range(0, size).Select(n => chain.Append(EventKinds.OperationDecided, $$"""{"operation":{{n}},"outcome":"allow","text":"select {{n}}"}""", at))]);
        // Other tests' transactions on the same server may still be before these.
        await Eventually.TrueAsync(async () => await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.feed WHERE xid < pg_snapshot_xmin(pg_current_snapshot())") == batches);
        using var reader = new SearchIndex(evidence.Database, TimeProvider.System, NullLogger<SearchIndex>.Instance);

        for (var i = 0; i < steps.Length; i++)
            (await reader.StepAsync(CancellationToken.None)).ShouldBe(new FeedStep(steps[i], IsBehind: i < steps.Length - 1));
        (await reader.StepAsync(CancellationToken.None)).ShouldBe(default);
        (await evidence.ScalarAsync<long>("SELECT sum(cardinality(sequences))::bigint FROM audit.statement_groups")).ShouldBe(batches * size);
    }
}
