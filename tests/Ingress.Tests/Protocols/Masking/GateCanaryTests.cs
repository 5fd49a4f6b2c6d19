using System.Globalization;
using Hoop.Ingress.Tests.Catalog;
using Hoop.Ingress.Tests.Protocols.Postgres;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing.Wire;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>
/// Random schemas and random queries through the real Gate to a real PostgreSQL: whatever comes back, in every format and by every door, no byte of
/// it is a masked value's. <c>HOOP_TEST_LONG=1</c> runs 10,000 queries, <c>HOOP_CANARY_QUERIES</c> as many as it says.
/// </summary>
public sealed class GateCanaryTests(ITestOutputHelper output)
{
    private const int PerSchema = 125;

    private static readonly int Queries = int.TryParse(Environment.GetEnvironmentVariable("HOOP_CANARY_QUERIES"), NumberStyles.None, null, out var count)
        ? count : Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1" ? 10_000 : 2 * PerSchema;

    private int ran, refused, failed, telling;

    [Fact]
    public async Task No_byte_of_a_masked_value_reaches_the_client()
    {
        await OnEachSchemaAsync(AskAsync);
        output.WriteLine($"{ran + refused + failed} queries on {Queries / PerSchema} schemas: {ran} ran, {telling} of them showed plain values, {refused} refused, {failed} errors");
        // The queries still mean something, and not simply everything is masked or refused.
        ran.ShouldBeGreaterThan(Queries / 4);
        telling.ShouldBeGreaterThan(ran / 8);
        refused.ShouldBeLessThan(ran);
    }

    /// <summary>What may be kept in a table of the session's own is shown plain: so it may hold no masked value.</summary>
    [Fact]
    public async Task No_byte_of_a_masked_value_gets_into_a_table_of_the_sessions_own_or_through_a_view()
    {
        await OnEachSchemaAsync(KeepAsync);
        output.WriteLine($"{ran + refused + failed} queries: {ran} kept, {telling} of them showed plain values, {refused} refused, {failed} errors");
        ran.ShouldBeGreaterThan(Queries / 10);
        telling.ShouldBeGreaterThan(ran / 8);
    }

    /// <summary>A DO block runs where no masked value can take part in it, and says plainly what it reads.</summary>
    [Fact]
    public async Task No_byte_of_a_masked_value_is_said_by_a_block()
    {
        await OnEachSchemaAsync(BlocksAsync);
        output.WriteLine($"{ran + refused + failed} blocks: {ran} ran, {telling} of them said plain values, {refused} refused, {failed} errors");
        ran.ShouldBeGreaterThan(Queries / 50);
        telling.ShouldBeGreaterThan(ran / 20);
        refused.ShouldBeGreaterThan(ran);
    }

    private static async Task OnEachSchemaAsync(Func<int, Task> run)
    {
        var first = int.TryParse(Environment.GetEnvironmentVariable("HOOP_CANARY_SEED"), NumberStyles.None, null, out var seed) ? seed : 1;
        for (var i = 0; i * PerSchema < Queries; i++) await run(first + i);
    }

    private async Task BlocksAsync(int seed)
    {
        var schema = new RandomSchema(seed);
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything + schema.Masks, schema.Script);
        await using var client = await rig.Gateway.ConnectAsync();
        var queries = new RandomQueries(seed, schema.Tables);
        for (var i = 0; i < PerSchema; i++)
        {
            var sql = queries.Next();
            await client.QueryAsync((i % 3) switch
            {
                0 => $"do $do$ declare r record; begin for r in {sql} loop raise notice '% %', r, to_jsonb(r); end loop; end $do$",
                1 => $"do $do$ declare r text; begin r := (select string_agg(q::text, ',') from ({sql}) q); raise exception '%', r; end $do$",
                _ => $"do $do$ declare n int; begin create temp table kept on commit drop as {sql}; get diagnostics n = row_count; assert n = 0, n; exception when others then raise notice 'plain %', sqlstate; end $do$",
            });
            var types = await ReadAsync(client, $"seed {seed}: {sql}\n{schema.Script}\n{schema.Masks}");
            if (types.Contains("E:42501")) refused++;
            else if (types.Any(static t => t.StartsWith("E:", StringComparison.Ordinal) && t != "E:P0001")) failed++;
            else ran++;
            if (types.Contains("plain")) telling++;
        }
    }

    private async Task KeepAsync(int seed)
    {
        var schema = new RandomSchema(seed);
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything + schema.Masks, schema.Script);
        await using var client = await rig.Gateway.ConnectAsync();
        var queries = new RandomQueries(seed, schema.Tables);
        for (var i = 0; i < PerSchema; i++)
        {
            var sql = queries.Next();
            var what = $"seed {seed}: {sql}\n{schema.Script}\n{schema.Masks}";
            HashSet<string> types = [];
            foreach (var part in (string[])["begin", $"create temp table kept as {sql}", "select kept::text, kept.* from kept", "copy kept to stdout", "rollback", "begin", $"create temp view seen as {sql}", "select seen::text, seen.* from seen", "create temp table kept as table seen", "table kept", "rollback"])
            {
                await client.QueryAsync(part);
                types.UnionWith(await ReadAsync(client, what));
            }

            if (types.Contains("E:42501")) refused++;
            else if (types.Any(static t => t.StartsWith("E:", StringComparison.Ordinal))) failed++;
            else ran++;
            if (types.Contains("plain")) telling++;
        }
    }

    private async Task AskAsync(int seed)
    {
        var schema = new RandomSchema(seed);
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything + schema.Masks, schema.Script);
        await using var client = await rig.Gateway.ConnectAsync();
        var queries = new RandomQueries(seed, schema.Tables);
        for (var i = 0; i < PerSchema; i++)
        {
            var sql = queries.Next();
            await client.QueryAsync("begin");
            await ReadAsync(client, sql);
            await SendAsync(client, sql, i % 8);
            var types = await ReadAsync(client, $"seed {seed}: {sql}\n{schema.Script}\n{schema.Masks}");
            if (types.Contains("E:42501")) refused++;
            else if (types.Any(static t => t.StartsWith("E:", StringComparison.Ordinal))) failed++;
            else ran++;
            if (types.Contains("plain")) telling++;
            await client.QueryAsync("rollback; close all; deallocate all");
            await ReadAsync(client, sql);
        }
    }

    private static Task SendAsync(WirePeer client, string sql, int door) => door switch
    {
        0 => client.QueryAsync($"copy ({sql}) to stdout"),
        1 => client.QueryAsync($"copy ({sql}) to stdout (format binary)"),
        2 => client.QueryAsync($"prepare p as {sql}; execute p; execute p"),
        3 => client.QueryAsync($"declare c cursor for {sql}; fetch 2 from c; fetch all from c"),
        4 => client.QueryAsync($"explain (verbose, costs off) {sql}"),
        5 => ExecuteAsync(client, sql, 0),
        6 => ExecuteAsync(client, sql, 1),
        _ => client.QueryAsync(sql),
    };

    /// <summary>Parse, Bind with every result in this format, Execute twice.</summary>
    private static Task ExecuteAsync(WirePeer client, string sql, byte format) => client.SendAsync(output =>
    {
        Parse.Write(output, "", sql);
        for (var run = 0; run < 2; run++)
        {
            output.WriteMessage(FrontendType.Bind, [0, 0, 0, 0, 0, 0, 0, 1, 0, format]);
            Execute.Write(output, "");
        }

        PostgresWriter.WriteEmpty(output, FrontendType.Sync);
    });

    private static async Task<HashSet<string>> ReadAsync(WirePeer client, string what)
    {
        HashSet<string> seen = [];
        while (true)
        {
            var message = await client.ReadAsync();
            message.ShouldNotBeNull(what);
            Canaries.In(message.Body).ShouldBeNull(what);
            if (message.Type == 'E') seen.Add(message.Short);
            if (message.Type is 'D' or 'd' or 'N' or 'E' && message.Body.AsSpan().IndexOf("plain"u8) >= 0) seen.Add("plain");
            if (message.Type == 'Z') return seen;
        }
    }
}
