using Hoop.Audit.Chain;
using Hoop.Audit.Search;
using Hoop.Audit.Tests.Rigs;
using Hoop.Contracts.Audit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Search;

/// <summary>Which statements of one row of events share a row of the index.</summary>
public sealed class StatementGroupsTests
{
    private const string Like = """
        "outcome":"allow","verbs":["select"],"objects":["public.orders"],"rules":["r"]
        """;

    [Theory]
    [InlineData("their literals differ", "0 1", """{"text":"select first","fingerprint":"f",§}""", """{"text":"select second","fingerprint":"f",§}""")]
    [InlineData("their fingerprints differ", "0|1", """{"text":"select 1","fingerprint":"f",§}""", """{"text":"select 1","fingerprint":"g",§}""")]
    [InlineData("without a fingerprint their texts differ", "0|1", """{"text":"select 1","fingerprint":null,§}""", """{"text":"select 2","fingerprint":null,§}""")]
    [InlineData("neither has a fingerprint and their texts differ", "0|1", """{"text":"select 1",§}""", """{"text":"select 2",§}""")]
    [InlineData("without a fingerprint their texts are the same", "0 1", """{"operation":1,"text":"select 1",§}""", """{"operation":2,"text":"select 1",§}""")]
    [InlineData("they are written differently", "0 1", """{"text":"select 1","fingerprint":"f",§}""", """{"text":"select 1","fingerprint":"\u0066",§}""")]
    [InlineData("their rules differ", "0|1", """{"text":"select 1","fingerprint":"f",§}""", """{"text":"select 1","fingerprint":"f","outcome":"allow","verbs":["select"],"objects":["public.orders"],"rules":["s"]}""")]
    [InlineData("of a field that is there twice the last counts", "0|1", """{"text":"select 1","fingerprint":"f",§}""", """{"text":"select 1","fingerprint":"f",§,"outcome":"block"}""")]
    [InlineData("they are held", "0|1", """{"operation":1,"text":"delete","fingerprint":"f","outcome":"hold"}""", """{"operation":2,"text":"delete","fingerprint":"f","outcome":"hold"}""")]
    [InlineData("one has no text", "0 1", """{"text":"select 1","fingerprint":"f",§}""", """{"fingerprint":"f",§}""")]
    public async Task Statements_share_a_row_when_they_differ_in_their_literals_alone(string why, string groups, params string[] decisions)
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var (chain, at) = (new SessionChain("s"), DateTimeOffset.Parse("2026-02-03T12:00:00Z"));
        await evidence.StoreAsync([.. decisions.Select(d => chain.Append(EventKinds.OperationDecided, d.Replace("§", Like.Trim(), StringComparison.Ordinal), at))]);
        await IndexAsync(evidence, decisions.Length);

        (await evidence.ScalarAsync<string>("SELECT string_agg(array_to_string(sequences, ' '), '|' ORDER BY sequence) FROM audit.statement_groups")).ShouldBe(groups, why);
    }

    [Fact]
    public async Task A_row_has_the_words_of_all_its_statements()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var (chain, at) = (new SessionChain("s"), DateTimeOffset.Parse("2026-02-03T12:00:00Z"));
        string[] texts = ["one first", "one second", "one second", "one \\u0000third", "one first"];
        await evidence.StoreAsync([.. texts.Select(t => chain.Append(EventKinds.OperationDecided, $$"""{"text":"{{t}}","fingerprint":"f","outcome":"allow"}""", at))]);
        await IndexAsync(evidence, texts.Length);

        (await evidence.ScalarAsync<string>("SELECT string_agg(tag, ' ' ORDER BY tag) FROM audit.statement_groups, unnest(tags) tag")).ShouldBe("d:allow w:first w:one w:second w:third");
    }

    private static async Task IndexAsync(EvidenceDatabase evidence, long events)
    {
        using var index = new SearchIndex(evidence.Database, TimeProvider.System, NullLogger<SearchIndex>.Instance);
        while (events > 0)
            events -= (await index.StepAsync(TestContext.Current.CancellationToken)).Events;
    }
}
