using System.Globalization;
using Hoop.Ingress.Tests.Protocols.Postgres;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>
/// Every function, operator and cast of the server's own on odd values of many types: what fails for some values and not for others, or is NULL for some, may not be asked of a
/// masked column, not even to be shown as a mask. Which those are, the server says itself: a function that is new, or fails otherwise in another release, is found here.
/// <c>HOOP_CANARY_SEED</c> chooses other constants beside the column.
/// </summary>
public sealed class TotalityTests(ITestOutputHelper output)
{
    private const string Rules = RealGateRig.Everything + """

        masks:
          - { name: odd, targets: [shop], columns: ["public.odd.c_*"], with: redact, except: [dba] }
        """;

    // json is left out: what is no JSON to jsonb, -> does not take either, which is said in docs/masking.md.
    private const string Values = """
        text:'',a,-1,9,é,\,NaN,x-x-x|bpchar:a,b c|name:,abc|numeric:0,-1,NaN,Infinity,1e400,1e-400|int8:0,9223372036854775807,-9223372036854775808,12345|int4:0,2147483647,-2147483648,1|int2:0,32767,-32768
        float8:0,1e308,-1e308,inf,nan,1|float4:0,3e38,inf,nan,1e-40|date:2000-01-01,infinity,-infinity|timestamp:2000-01-01,infinity,294276-12-31 23:59:59|timestamptz:2000-01-01,infinity|time:00:00,24:00
        interval:0,1 day,178000000 years,2147483647 days|bytea:,a,\xff00|varbit:,1,0101|bool:true,false|uuid:00000000-0000-0000-0000-000000000000|jsonb:1,{},[],"x",null,[1]|xml:,<a/>,x
        point:(0;0),(1e308;-1e308),(1;2),(-5;7)|box:(0;0);(1;1),(1e308;1e308);(-1e308;-1e308)|circle:<(0;0);1>,<(0;0);1e308>|polygon:((0;0);(1;1);(1;0)),((1e308;0);(-1e308;1);(0;1e308))|lseg:(0;0);(1;1),(1e308;0);(-1e308;1)
        inet:1.2.3.4,::1|money:0,92233720368547758.07|oid:0,4294967295|int4range:empty,[1;2),[1;),(;)|daterange:empty,[2000-01-01;infinity]|tsvector:,a b:1A|tsquery:,a
        text[]:{},{a},{a;b},{NULL},{{a;b};{c;d}}|int4[]:{},{1},{NULL}|numeric[]:{},{NaN}|json[]:{},{1}
        """;

    private static readonly Dictionary<string, string[]> Types = Values.Split(['|', '\n']).Select(static type => type.Trim().Split(':', 2))
        .ToDictionary(static type => type[0], static type => type[1].Split(',').Select(value => $"'{value.Replace("''", "").Replace(';', ',')}'::{type[0]}").ToArray());

    private static string[] Constants(string type) => type == "text" ? [.. Types[type], "'day'", "'timezone'", "'hex'", "'9V99'", "'RN'", "'YYYY'", "'UTC'", "'('"] : Types[type];

    private static string Column(string type) => $"c_{type.Replace("[]", "_")}";

    // The outcome for each row: o, N for NULL, E for an error; x where it cannot be asked at all.
    private static readonly string Script = $$"""
        create table odd (id int primary key, {{string.Join(", ", Types.Keys.Select(static t => $"{Column(t)} {t}"))}});
        {{string.Concat(Enumerable.Range(0, 6).Select(static i => $"insert into odd values ({i}, {string.Join(", ", Types.Values.Select(v => v[i % v.Length]))});\n"))}}
        create function outcomes(q text) returns text language plpgsql as $$
        declare r boolean; a text := '';
        begin
          for i in 0..5 loop
            begin execute 'select ((' || q || ')::text is null) from odd where id = ' || i into r; a := a || case when r then 'N' else 'o' end;
            exception when others then if i = 0 and sqlstate in ('42883', '42725', '42601', '42804', '42846', '42P18') then return 'x'; end if; a := a || 'E'; end;
          end loop;
          return a;
        end $$;
        """;

    private const string Functions = """
        select p.proname, array(select format_type(t, null) from unnest(p.proargtypes) t) from pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind = 'f' and p.provolatile in ('i', 's') and not p.proretset and p.pronargs between 1 and 3 and p.provariadic = 0
          and p.prorettype not in ('internal'::regtype, 'trigger'::regtype, 'cstring'::regtype) and p.proname !~ '^pg_(read|ls|stat|sleep|current_logfile)|_to_xml|_accum|^repeat$|^[lr]pad$' order by p.oid
        """;

    private const string Operators = """
        select 'operator(pg_catalog.' || oprname || ')', array[format_type(oprleft, null), format_type(oprright, null)] from pg_operator
        where oprnamespace = 'pg_catalog'::regnamespace and oprleft <> 0 order by oid
        """;

    [Fact]
    public async Task Nothing_that_fails_for_some_values_may_be_done_to_a_masked_one()
    {
        var random = new Random(int.TryParse(Environment.GetEnvironmentVariable("HOOP_CANARY_SEED"), NumberStyles.None, null, out var seed) ? seed : 1);
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var direct = await rig.OpenBehindAsync();
        List<string> expressions = [.. Casts()];
        foreach (var (name, types) in await ReadAsync(direct, Functions)) expressions.AddRange(Of(name, types, random));
        foreach (var (name, types) in await ReadAsync(direct, Operators)) expressions.AddRange(Of(name, types, random));
        await using var client = await rig.Gateway.ConnectAsync();
        var (told, shown) = (0, new List<string>());
        foreach (var expression in expressions)
        {
            await using var command = new Npgsql.NpgsqlCommand("select outcomes($1)", direct) { Parameters = { new() { Value = expression } } };
            var outcomes = (string)(await command.ExecuteScalarAsync())!;
            if (outcomes.Distinct().Count() < 2 || !outcomes.Contains('o')) continue;
            told++;
            // NULL alone shows nothing; with a length below zero it does.
            await client.QueryAsync($"select {(outcomes.Contains('E') ? expression : $"pg_catalog.substr(({expression})::text, 1, -1)")} from odd where id = 0");
            if (!(await client.ReadUntilAsync('Z')).Contains("E:42501")) shown.Add($"{outcomes} {expression}");
        }

        output.WriteLine($"{expressions.Count} expressions, {told} tell something");
        shown.ShouldBeEmpty();
        told.ShouldBeGreaterThan(expressions.Count / 50);
    }

    private static IEnumerable<string> Casts() =>
        from type in Types.Keys
        from target in Types.Keys.Concat(["\"char\"", "varchar(2)", "numeric(3)", "timestamp(0)", "regclass", "json", "path"])
        where target != type
        select $"{Column(type)}::{target}";

    /// <summary>Each argument by a column, the others by some constants.</summary>
    private static IEnumerable<string> Of(string name, string[] types, Random random)
    {
        for (var masked = 0; masked < types.Length; masked++)
            foreach (var type in Taken(types[masked]))
                for (var i = 0; i < (types.Length == 1 ? 1 : 3); i++)
                {
                    var others = types.Select((other, at) => at == masked ? Column(type) : Constant(other, types[masked], type, random)).ToArray();
                    if (others.Contains(null)) break;
                    yield return name.StartsWith("operator", StringComparison.Ordinal) ? $"{others[0]} {name} {others[1]}" : $"pg_catalog.\"{name}\"({string.Join(", ", others)})";
                }
    }

    private static string? Constant(string type, string masked, string chosen, Random random)
    {
        // Polymorphic arguments go together.
        var taken = type == masked ? [chosen] : Taken(type).ToArray();
        return taken.Length == 0 ? null : Constants(taken[random.Next(taken.Length)]) is var constants ? constants[random.Next(constants.Length)] : null;
    }

    private static IEnumerable<string> Taken(string type) => type switch
    {
        "anyelement" or "\"any\"" or "anynonarray" or "anycompatible" => Types.Keys,
        "anyarray" or "anycompatiblearray" => Types.Keys.Where(static t => t.EndsWith("[]", StringComparison.Ordinal)),
        "anyrange" => ["int4range", "daterange"],
        _ => Names.GetValueOrDefault(type, type) is var name && Types.ContainsKey(name) ? [name] : [],
    };

    private static readonly Dictionary<string, string> Names = new()
    {
        ["character"] = "bpchar", ["bigint"] = "int8", ["integer"] = "int4", ["smallint"] = "int2", ["double precision"] = "float8", ["real"] = "float4", ["boolean"] = "bool", ["bit varying"] = "varbit",
        ["timestamp without time zone"] = "timestamp", ["timestamp with time zone"] = "timestamptz", ["time without time zone"] = "time", ["integer[]"] = "int4[]",
    };

    private static async Task<List<(string Name, string[] Types)>> ReadAsync(Npgsql.NpgsqlConnection direct, string sql)
    {
        await using var command = new Npgsql.NpgsqlCommand(sql, direct);
        await using var reader = await command.ExecuteReaderAsync();
        List<(string, string[])> rows = [];
        while (await reader.ReadAsync()) rows.Add((reader.GetString(0), reader.GetFieldValue<string[]>(1)));
        return rows;
    }
}
