using System.Net;
using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Audit.Search;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;
using Hoop.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Search;

public sealed class SearchTests(AuditRig rig)
{
    private readonly string word = "w" + Guid.NewGuid().ToString("n");

    [Theory]
    [InlineData("principal=reporting-agent", "1 2 3")]
    [InlineData("principal=https://login.example.com|reporting-agent", "1 2 3")]
    [InlineData("principal=somebody", "")]
    [InlineData("target=shop", "1 2 3")]
    [InlineData("target=elsewhere", "")]
    [InlineData("table=public.orders", "1 2")]
    [InlineData("verb=DELETE", "2")]
    [InlineData("effect=mass-write", "2")]
    [InlineData("decision=block", "3")]
    [InlineData("decision=approved", "2")]
    [InlineData("approver=bea", "2")]
    [InlineData("approver=ana", "")]
    [InlineData("rule=agents-change", "2")]
    [InlineData("text=Orders", "1 2")]
    [InlineData("text=delete+from", "2")]
    [InlineData("text=delete+nothing", "")]
    [InlineData("verb=select&table=public.orders&decision=allow", "1")]
    [InlineData("from=2026-02-01T12:00:02Z", "2 3")]
    [InlineData("to=2026-02-01T12:00:02Z", "1")]
    [InlineData("from=2026-02-01T12:00:02Z&to=2026-02-01T12:00:03Z", "2")]
    public async Task Statements_are_found_by_everything_that_is_known_of_them(string query, string operations)
    {
        await StoreAsync();
        var found = await FindAsync(AuditRig.Bea, query + (query.Contains("text=", StringComparison.Ordinal) ? "+" : "&text=") + word);
        string.Join(' ', found.Select(s => s.GetProperty("operation").GetInt64()).Order()).ShouldBe(operations);
    }

    [Fact]
    public async Task A_hold_is_found_with_what_became_of_it_and_leads_to_its_moment()
    {
        var session = await StoreAsync();
        var held = (await FindAsync(AuditRig.Bea, $"decision=approved&text={word}")).ShouldHaveSingleItem();

        held.ShouldSatisfyAllConditions(
            h => h.GetProperty("session").GetString().ShouldBe(session),
            h => h.GetProperty("sequence").GetInt64().ShouldBe(2),
            h => h.GetProperty("outcome").GetString().ShouldBe("hold"),
            h => h.GetProperty("resolution").GetString().ShouldBe("approved"),
            h => h.GetProperty("approvers").EnumerateArray().Single().GetString().ShouldBe("bea"),
            h => h.GetProperty("principal").GetString().ShouldBe("reporting-agent"));
    }

    [Fact]
    public async Task Pages_follow_each_other_newest_first_without_a_gap()
    {
        for (var i = 0; i < 5; i++) await StoreAsync(DateTimeOffset.Parse("2026-02-01T12:00:00Z").AddDays(i * 5));
        await FindAsync(AuditRig.Bea, $"text={word}&limit=100");

        var (seen, cursor) = (new List<(DateTimeOffset At, string)>(), "");
        do
        {
            var page = await rig.GetAsync(AuditRig.Bea, $"/api/search?text={word}&limit=4&cursor={cursor}");
            seen.AddRange(page.GetProperty("statements").EnumerateArray().Select(s => (s.GetProperty("at").GetDateTimeOffset(), $"{s.GetProperty("session")} {s.GetProperty("sequence")}")));
            cursor = page.GetProperty("cursor").GetString();
        }
        while (cursor is not null);

        seen.Count.ShouldBe(15);
        seen.Distinct().Count().ShouldBe(15);
        seen.Select(s => s.At).ShouldBe(seen.Select(s => s.At).OrderDescending());
    }

    [Fact]
    public async Task Statements_that_share_a_row_are_found_and_paged_one_by_one()
    {
        // Two sessions side by side, whose rows span the same half minute.
        var (at, one, two) = (DateTimeOffset.Parse("2026-02-01T12:00:00Z"), new SessionChain(AuditRig.NewId()), new SessionChain(AuditRig.NewId()));
        foreach (var chain in new[] { one, two })
            await rig.StoreAsync([.. Enumerable.Range(0, 30).Select(i => chain.Append(
                EventKinds.OperationDecided, Decision(i, i % 3 == 0 ? "block" : "allow", $"select {(i % 2 == 0 ? "a" : "b")} from {word} where n = {1000 + i}", ["select"], [i % 2 == 0 ? "public.a" : "public.b"], ["read"], ["r"], i % 2 == 0 ? "even" : "odd"), at.AddSeconds(i)))]);
        var all = await FindAsync(AuditRig.Bea, $"text={word}&limit=100");
        all.Count.ShouldBe(60);
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.statement_groups WHERE tags::text LIKE '%{word}%'")).ShouldBe(8);

        (await FindAsync(AuditRig.Bea, $"text={word}+1007")).Select(s => s.GetProperty("operation").GetInt64()).ShouldBe([7, 7]);
        (await FindAsync(AuditRig.Bea, $"text={word}+1007+1013")).ShouldBeEmpty();
        (await FindAsync(AuditRig.Bea, $"text={word}+1007&table=public.a")).ShouldBeEmpty();
        (await FindAsync(AuditRig.Bea, $"text={word}&decision=block&table=public.b")).Select(s => s.GetProperty("operation").GetInt64()).ShouldBe([27, 27, 21, 21, 15, 15, 9, 9, 3, 3]);
        (await FindAsync(AuditRig.Bea, $"text={word}&from=2026-02-01T12:00:10Z&to=2026-02-01T12:00:12Z")).Select(s => s.GetProperty("operation").GetInt64()).ShouldBe([11, 11, 10, 10]);

        var (paged, cursor) = (new List<string>(), "");
        do
        {
            var page = await rig.GetAsync(AuditRig.Bea, $"/api/search?text={word}&limit=7&cursor={cursor}");
            paged.AddRange(page.GetProperty("statements").EnumerateArray().Select(s => s.GetRawText()));
            cursor = page.GetProperty("cursor").GetString();
        }
        while (cursor is not null);
        paged.ShouldBe(all.Select(s => s.GetRawText()));
    }

    [Fact]
    public async Task Whoever_sees_only_their_own_sessions_finds_only_their_own_statements()
    {
        await StoreAsync();
        await StoreAsync(who: AuditRig.Ana);

        (await FindAsync(AuditRig.Ana, $"text={word}")).Select(s => s.GetProperty("principal").GetString()).ShouldBe(["ana", "ana", "ana"]);
        (await FindAsync(AuditRig.Bea, $"text={word}")).Count.ShouldBe(6);
        (await rig.As(null).GetAsync("/api/search")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Every_search_is_on_record_with_what_was_asked_but_not_every_page()
    {
        await StoreAsync();
        await FindAsync(AuditRig.Bea, $"text={word}");
        var asked = $"once{word}";
        await rig.GetAsync(AuditRig.Ana, $"/api/search?text={asked}&verb=delete");

        var payloads = await rig.ScalarAsync<string[]>($"SELECT array_agg(payload) FROM audit.events WHERE kind = 'sessions.searched' AND payload LIKE '%{asked}%'");
        var search = JsonDocument.Parse(payloads.ShouldHaveSingleItem()).RootElement;
        (search.GetProperty("by").GetProperty("name").GetString(), search.GetProperty("verb").GetString()).ShouldBe(("ana", "delete"));
    }

    [Theory]
    [InlineData("from=yesterday", "not-a-time")]
    [InlineData("cursor=xyz", "not-a-cursor")]
    [InlineData("cursor=%00", "not-a-cursor")]
    public async Task What_makes_no_sense_is_refused_in_one_line(string query, string code)
    {
        var answer = await rig.As(AuditRig.Bea).GetAsync("/api/search?" + query);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(code);
    }

    [Fact]
    public async Task Long_statements_are_cut_in_what_is_found_and_make_pages_shorter_and_none_is_lost()
    {
        var (chain, at) = (new SessionChain(AuditRig.NewId()), DateTimeOffset.Parse("2026-02-03T12:00:00Z"));
        await rig.StoreAsync([.. Enumerable.Range(0, 12).Select(i => chain.Append(EventKinds.OperationDecided, JsonSerializer.Serialize(new { operation = i, outcome = "allow", text = $"select {word} '{new string('x', 300_000)}'" }), at.AddSeconds(i / 2)))]);
        var cut = await FindAsync(AuditRig.Bea, $"text={word}&limit=500");
        cut.ShouldAllBe(s => s.GetProperty("text").GetString()!.Length == 2001 && s.GetProperty("text").GetString()!.EndsWith('…'));

        var (search, whole, pages) = (rig.Services.GetRequiredService<StatementSearch>(), new List<FoundStatement>(), 0);
        string? cursor = null;
        do
        {
            var page = await search.FindAsync([$"w:{word}"], null, null, SearchCursor.TryParse(cursor), 500, CancellationToken.None);
            page.Statements.Sum(s => s.Text.Length).ShouldBeLessThanOrEqualTo(PageOfStatements.MostText);
            (cursor, pages) = (page.Cursor, pages + 1);
            whole.AddRange(page.Statements);
        }
        while (cursor is not null);
        pages.ShouldBeInRange(4, 6);
        whole.Select(s => s.Operation).ShouldBe([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
        whole.ShouldAllBe(s => s.Text.Length > 300_000);
    }

    private async Task<List<JsonElement>> FindAsync(Principal who, string query)
    {
        // The index follows the events a moment behind.
        await Eventually.SeenAsync(async () => (Stored: await CountAsync($"SELECT count(*) FROM audit.events WHERE kind = 'operation.decided' AND payload LIKE '%{word}%'"),
            Indexed: await CountAsync($"SELECT sum(cardinality(sequences)) FROM audit.statement_groups WHERE tags::text LIKE '%{word}%'"),
            Unresolved: await CountAsync($"SELECT count(*) FROM audit.statement_groups WHERE tags::text LIKE '%{word}%' AND held IS NOT NULL AND resolution IS NULL")),
            seen => seen.Stored > 0 && seen.Indexed == seen.Stored && seen.Unresolved == 0);
        return [.. (await rig.GetAsync(who, "/api/search?" + query)).GetProperty("statements").EnumerateArray()];

        Task<long> CountAsync(string sql) => rig.ScalarAsync<long>($"SELECT coalesce(({sql}), 0)::bigint");
    }

    private async Task<string> StoreAsync(DateTimeOffset? at = null, Principal? who = null)
    {
        var (chain, now, principal) = (new SessionChain(AuditRig.NewId()), at ?? DateTimeOffset.Parse("2026-02-01T12:00:00Z"), who ?? AuditRig.Agent);
        await rig.StoreAsync(
        [
            chain.Append(EventKinds.SessionStarted, JsonSerializer.Serialize(new
            {
                principal = new { issuer = principal.Issuer, subject = principal.Subject, name = principal.Name, kind = principal.Kind }, target = "shop", protocol = "postgres", policyVersion = 7,
            }), now),
            chain.Append(EventKinds.OperationDecided, Decision(1, "allow", $"SELECT * FROM orders -- {word}", ["select"], ["public.orders"], ["read"], ["agents-read"]), now.AddSeconds(1)),
            chain.Append(EventKinds.OperationDecided, Decision(2, "hold", $"delete from orders /* {word} \0 */", ["delete"], ["public.orders"], ["write", "mass-write"], ["agents-change"]), now.AddSeconds(2)),
            chain.Append(EventKinds.HoldResolved, """{"operation":2,"requestId":"00000000-0000-0000-0000-000000000001","outcome":"approved","decidedBy":["bea"],"reason":null}""", now.AddSeconds(2.5)),
            chain.Append(EventKinds.OperationDecided, Decision(3, "block", $"drop table {word}", ["drop"], ["public." + word], ["destructive"], ["nobody-destroys"]), now.AddSeconds(3)),
        ]);
        return chain.SessionId;
    }

    private static string Decision(int operation, string outcome, string text, string[] verbs, string[] objects, string[] effects, string[] rules, string? fingerprint = null) =>
        JsonSerializer.Serialize(new { operation, outcome, text, bindValues = Array.Empty<string>(), verbs, objects, effects, fingerprint, rules, why = "", policyVersion = 7 });
}
