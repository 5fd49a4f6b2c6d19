using Hoop.Ingress.Tests.Protocols.Postgres;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>Databases whose encoding is not UTF8: names that are one to Hoop's grammar and two to the server would show one column as another.</summary>
public sealed class OtherEncodingTests
{
    private const string Rules = RealGateRig.Everything + """

        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn, public.personnes.ssn], with: redact, except: [dba] }
        """;

    private static readonly string Long = new('é', 35);

    [Theory]
    // Cut at 63 bytes of another encoding.
    [InlineData("LATIN1", "é", 35, "A", "B")]
    [InlineData("EUC_JP", "日", 25, "A", "B")]
    [InlineData("SQL_ASCII", "a", 62, "é", "")]
    [InlineData("EUC_JP", "é", 25, "A", "B")]
    // Signs that are one there.
    [InlineData("EUC_JP", "n", 1, "¦", "￤")]
    public async Task Names_that_are_others_to_the_server_are_refused(string encoding, string letter, int times, string one, string other)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, encoding: encoding);
        await using var client = await rig.Gateway.ConnectAsync(("client_encoding", "UTF8"));
        var (masked, shown) = (string.Concat(Enumerable.Repeat(letter, times)) + one, string.Concat(Enumerable.Repeat(letter, times)) + other);
        foreach (var sql in (string[])[
            $"with \"{masked}\" as (select reverse(ssn) as x from customers), \"{shown}\" as (select name as x from customers) select x from \"{masked}\"",
            $"with \"{shown}\" as (select name as x from customers) select * from (with \"{masked}\" as (select reverse(ssn) as x from customers) select x from \"{shown}\") q"])
        {
            await client.QueryAsync(sql);
            (await client.ReadUntilAsync('Z')).ShouldBe(["E:0A000", "Z:I"], sql);
        }
    }

    [Theory]
    [InlineData("SQL_ASCII", "with é as (select reverse(ssn) as x from customers) select * from (with \"é\" as (select name as x from customers) select x from é) q")]
    [InlineData("LATIN1", "with \"é\" as (select reverse(ssn) as x from customers) select * from (with \"É\" as (select name as x from customers) select x from É) q")]
    [InlineData("LATIN1", "select U&\"\\0073sn\" from customers")]
    public async Task Names_that_its_locale_may_fold_are_refused(string encoding, string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, encoding: encoding);
        await using var client = await rig.Gateway.ConnectAsync(("client_encoding", "UTF8"));
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:0A000", "Z:I"]);
    }

    [Theory]
    [InlineData("LATIN1", "select prénom, \"Âge\", 'É' || $$ß$$, ssn as été from personnes p /* Ünïcode */", "D:Zoé|7|Éß|***")]
    [InlineData("SQL_ASCII", "select \"prénom\", \"Âge\", 'É', ssn as \"été\" from personnes", "D:Zoé|7|É|***")]
    [InlineData("EUC_JP", "select prénom, Âge, '、' || 'é', ssn as 名前 from personnes where 'é' = 'é'", "D:Zoé|7|、é|***")]
    public async Task Other_names_work_as_ever(string encoding, string sql, string row)
    {
        await using var rig = await RealGateRig.StartAsync(Rules,
            "create table personnes (\"prénom\" text, \"Âge\" int, ssn text); insert into personnes values ('Zoé', 7, '900-45-0007');", encoding: encoding);
        await using var client = await rig.Gateway.ConnectAsync(("client_encoding", "UTF8"));
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldContain(row);
    }

    /// <summary>The server fails to send what is no UTF8: which of two values that is, it would tell by that.</summary>
    [Theory]
    [InlineData("SQL_ASCII", "select greatest(left(ssn, 3), '900' || chr(200)) from customers where id = 7", "E:42501")]
    [InlineData("SQL_ASCII", "copy (select greatest(left(ssn, 3), '900' || chr(200)) from customers where id = 7) to stdout", "E:42501")]
    [InlineData("EUC_JP", "select greatest(left(ssn, 3), '900' || convert_from('\\xf9a1', 'EUC_JP')) from customers where id = 7", "E:42501")]
    [InlineData("SQL_ASCII", "select ssn, count(ssn), upper(name) from customers where id = 7 group by id", "D:***|1|NAME 7")]
    [InlineData("LATIN1", "select greatest(left(ssn, 3), '900' || chr(200)) from customers where id = 7", "D:***")]
    public async Task What_may_fail_to_be_sent_decides(string encoding, string sql, string expected)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, encoding: encoding);
        await using var client = await rig.Gateway.ConnectAsync(("client_encoding", "UTF8"));
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldContain(expected);
    }

    [Fact]
    public async Task So_are_names_of_statements_and_portals()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, encoding: "LATIN1");
        await using var client = await rig.Gateway.ConnectAsync(("client_encoding", "UTF8"));
        await client.SendAsync(output =>
        {
            Parse.Write(output, Long + "A", "select reverse(ssn) from customers");
            Parse.Write(output, Long + "B", "select name from customers");
            Bind.WriteText(output, "", Long + "A", []);
            Execute.Write(output, "");
            PostgresWriter.WriteEmpty(output, FrontendType.Sync);
        });
        (await client.ReadUntilAsync('E')).ShouldBe(["E:08P01"]);
    }
}
