using Hoop.Ingress.Tests.Protocols.Postgres;
using Npgsql;
using NpgsqlTypes;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>A driver that expects a date gets a date.</summary>
public sealed class TypedMaskTests
{
    private const string Script = """
        create type level as enum ('low', 'high');
        create domain code as text check (value <> '');
        create domain amount as numeric(10, 2);
        create type pair as (a text, b int);
        create table typed (id int, i int8, n numeric, d date, ts timestamptz, u uuid, flag bool, j jsonb, tags text[], grid int[], span int4range, many int4multirange, blob bytea,
          host inet, long interval, c code, m amount, e level, p pair, ps pair[], nothing text, none int, f float8, price money);
        insert into typed values (1, 42, 4.2, '1980-05-05', now(), gen_random_uuid(), true, '{"a": 1}', '{a,b}', '{{1,2},{3,4}}', '[1,5)', '{[1,2)}', '\x0102',
          '10.0.0.1', '3 days', 'x-1', 9.99, 'high', ('q', 7), array[('q', 7)::pair], null, null, 1.5, 3);
        """;

    private const string Rules = RealGateRig.Everything + """

        masks:
          - { name: all, targets: [shop], columns: [public.typed.*], with: redact, predicates: allow }
        """;

    [Fact]
    public async Task A_masked_value_is_one_of_its_type_in_binary()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select * from typed", connection);
        await using var reader = await command.ExecuteReaderAsync();
        (await reader.ReadAsync()).ShouldBeTrue();
        int At(string name) => reader.GetOrdinal(name);
        reader.GetInt32(At("id")).ShouldBe(0);
        reader.GetInt64(At("i")).ShouldBe(0);
        reader.GetDecimal(At("n")).ShouldBe(0);
        reader.GetFieldValue<DateOnly>(At("d")).ShouldBe(new DateOnly(2000, 1, 1));
        reader.GetDateTime(At("ts")).ShouldBe(new DateTime(2000, 1, 1));
        reader.GetGuid(At("u")).ShouldBe(Guid.Empty);
        reader.GetBoolean(At("flag")).ShouldBeFalse();
        reader.GetString(At("j")).ShouldBe("\"***\"");
        reader.GetFieldValue<string[]>(At("tags")).ShouldBeEmpty();
        reader.GetFieldValue<int[]>(At("grid")).ShouldBeEmpty();
        reader.GetFieldValue<NpgsqlRange<int>>(At("span")).IsEmpty.ShouldBeTrue();
        reader.GetFieldValue<NpgsqlRange<int>[]>(At("many")).ShouldBeEmpty();
        reader.GetFieldValue<byte[]>(At("blob")).ShouldBeEmpty();
        reader.GetTimeSpan(At("long")).ShouldBe(TimeSpan.Zero);
        reader.GetString(At("c")).ShouldBe("***");
        reader.GetDecimal(At("m")).ShouldBe(0);
        reader.GetDouble(At("f")).ShouldBe(0);
        reader.GetDecimal(At("price")).ShouldBe(0);
        foreach (var name in new[] { "e", "p", "ps", "nothing", "none" }) reader.IsDBNull(At(name)).ShouldBeTrue(name);
    }

    [Fact]
    public async Task A_masked_value_is_one_of_its_type_in_text()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("select id, n, d, u, flag, j, tags, grid, span, many, blob, host, long, c, m, e, p, nothing, none from typed");
        var rows = await client.ReadUntilAsync('Z');
        rows[1].ShouldBe("D:0|0|2000-01-01|00000000-0000-0000-0000-000000000000|f|\"***\"|{}|{}|empty|{}|\\x|0.0.0.0|00:00:00|***|0|null|null|null|null");
    }
}
