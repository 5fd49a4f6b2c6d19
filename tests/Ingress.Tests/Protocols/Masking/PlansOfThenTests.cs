using System.Buffers;
using System.Text;
using Hoop.Ingress.Tests.Protocols.Postgres;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>A cursor or portal keeps the plan that it was made with, whatever its text would mean now: the view that it reads is another since.</summary>
public sealed class PlansOfThenTests
{
    private const string Rules = RealGateRig.Everything + """

        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: redact, except: [dba] }
        """;

    private const string Harmless = "create or replace view shown as select id, name || '' as name from customers";

    private const string Reading = "select name || '!' from shown where id = 7";

    private static readonly Dictionary<string, Action<IBufferWriter<byte>>[]> Attacks = new()
    {
        ["a cursor"] = [Query("begin"), Query($"declare c cursor for {Reading}"), Query(Harmless), Query("fetch 1 from c")],
        ["a cursor that outlives its transaction"] = [Query("begin"), Query($"declare c cursor with hold for {Reading}"), Query("commit"), Query(Harmless), Query("fetch 1 from c")],
        ["a cursor over a temporary view that a table takes the place of"] =
        [
            Query("create temp view t as select id, ssn || '' as name from customers"), Query("begin"), Query("declare c cursor for select name || '!' from t where id = 7"),
            Query("drop view t"), Query("create temp table t (id int, name text)"), Query("fetch 1 from c"),
        ],
        ["a bound portal"] =
        [
            Query("begin"),
            output => { Parse.Write(output, "", Reading); Bind.WriteText(output, "p", "", []); PostgresWriter.WriteEmpty(output, FrontendType.Sync); },
            Query(Harmless),
            output => { Execute.Write(output, "p"); PostgresWriter.WriteEmpty(output, FrontendType.Sync); },
        ],
        ["a bound portal that keeps what it reads"] =
        [
            Query("create temp table kept (x text)"), Query("begin"),
            output => { Parse.Write(output, "", $"insert into kept {Reading}"); Bind.WriteText(output, "p", "", []); PostgresWriter.WriteEmpty(output, FrontendType.Sync); },
            Query(Harmless),
            output => { Execute.Write(output, "p"); PostgresWriter.WriteEmpty(output, FrontendType.Sync); },
            Query("rollback"), Query("select x from kept"),
        ],
        ["a portal in parts, fetched from"] =
        [
            Query("begin"),
            output => { Parse.Write(output, "", "select name || '!' from shown where id > 6"); Bind.WriteText(output, "p", "", []); Execute.Write(output, "p", 1); PostgresWriter.WriteEmpty(output, FrontendType.Sync); },
            Query(Harmless), Query("fetch 1 from p"),
        ],
        ["a portal over a temporary view that a table takes the place of"] =
        [
            Query("create temp view t as select id, ssn || '' as name from customers"), Query("begin"),
            output => { Parse.Write(output, "", "select name || '!' from t where id = 7"); Bind.WriteText(output, "p", "", []); PostgresWriter.WriteEmpty(output, FrontendType.Sync); },
            Query("drop view t"), Query("create temp table t (id int, name text)"),
            output => { Execute.Write(output, "p"); PostgresWriter.WriteEmpty(output, FrontendType.Sync); },
        ],
    };

    public static TheoryData<string> Ways => [.. Attacks.Keys];

    [Theory, MemberData(nameof(Ways))]
    public async Task A_plan_of_then_shows_nothing(string way)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, RealGateRig.Script + "create view shown as select id, ssn || '' as name from customers;");
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var send in Attacks[way])
        {
            await client.SendAsync(send);
            while (await client.ReadAsync() is { } message)
            {
                Encoding.Latin1.GetString(message.Body).ShouldNotContain("900-45");
                if (message.Type == 'Z') break;
            }
        }
    }

    [Fact]
    public async Task A_cursor_whose_names_stay_is_read()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var sql in (string[])["begin", "declare c cursor for select id, name, ssn from customers where id in (7, 8) order by id", "create table later (id int)"])
        {
            await client.QueryAsync(sql);
            (await client.ReadUntilAsync('Z')).ShouldNotContain(message => message.StartsWith('E'), sql);
        }

        await client.QueryAsync("fetch 2 from c");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:8|name 8|***");
    }

    private static Action<IBufferWriter<byte>> Query(string sql) => output => output.WriteStringMessage(FrontendType.Query, sql);

    /// <summary>Of a reversed number the last four digits are the first.</summary>
    [Fact]
    public async Task What_was_computed_then_is_not_taken_for_the_column_of_now()
    {
        await using var rig = await RealGateRig.StartAsync(Rules.Replace("with: redact", "with: { partial: { keepLast: 4 } }", StringComparison.Ordinal), RealGateRig.Script + "create view shown as select id, reverse(ssn || '') as name from customers;");
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var sql in (string[])["begin", "declare c cursor for select name from shown where id = 7", "create or replace view shown as select id, ssn as name from customers", "fetch 1 from c"])
        {
            await client.QueryAsync(sql);
            (await client.ReadUntilAsync('Z')).ShouldNotContain(message => message.Contains("009", StringComparison.Ordinal));
        }
    }
}
