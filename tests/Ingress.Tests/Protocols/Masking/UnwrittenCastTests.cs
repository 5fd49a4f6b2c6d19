using Hoop.Ingress.Tests.Protocols.Postgres;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>Casts that the server puts in by itself run functions that no statement names.</summary>
public sealed class UnwrittenCastTests
{
    private const string Script = RealGateRig.Script + """
        create type odd as (a text);
        create table kept (id int, o odd);
        create type wrapped as (core odd);
        create table wrappings (w wrapped);
        create table shown (id int, t text);
        insert into kept values (1, row('x'));
        insert into wrappings values (row(row('x')));
        create function to_odd(int) returns odd language sql stable as $$ select row((select ssn from public.customers where id = $1))::public.odd $$;
        create cast (int as odd) with function to_odd(int) as assignment;
        create function from_odd(odd) returns text language sql stable as $$ select ssn from public.customers where id = 7 $$;
        create cast (odd as text) with function from_odd(odd) as implicit;
        create function odd_name(odd) returns text language sql immutable as $$ select ($1).a $$;
        """;

    private const string Masked = RealGateRig.Everything + """

        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: redact, except: [dba] }
        """;

    private const string Blocked = RealGateRig.Everything + """

          - { name: vault, roles: [agent], targets: [shop], block: { objects: [public.customers] } }
        """;

    [Theory]
    [InlineData("insert into kept values (1, 7) returning o")]
    [InlineData("select upper(o) from kept")]
    [InlineData("select 'is ' || o from kept")]
    [InlineData("select string_agg(o, ',') from kept")]
    [InlineData("select id from kept where upper(o) like '%0007'")]
    [InlineData("select count(*) from shown s join kept k on position('0007' in k.o) > 0")]
    [InlineData("update kept set o = 7 where id = 1 returning (o).a")]
    [InlineData("insert into shown select id, o from kept returning t")]
    [InlineData("select odd_name(null), upper(row('x')::odd)")]
    public async Task What_they_read_is_neither_shown_nor_unreported(string sql)
    {
        await using var masked = await RealGateRig.StartAsync(Masked, Script);
        string.Join(' ', await SayAsync(masked, sql)).ShouldNotContain("900-45");

        await using var blocked = await RealGateRig.StartAsync(Blocked, Script);
        (await SayAsync(blocked, sql)).ShouldContain("E:42501");
    }

    [Theory]
    [InlineData("odd", "select upper($1)")]
    [InlineData("odd[]", "select upper(x) from unnest($1) x")]
    [InlineData("kept", "select upper(($1).o)")]
    [InlineData("wrapped", "select upper(($1).core)")]
    public async Task What_they_read_for_a_parameter_of_their_type_is_neither_shown_nor_unreported(string type, string sql)
    {
        await using var masked = await RealGateRig.StartAsync(Masked, Script);
        var seen = string.Join(' ', await SayAsync(masked, sql, type));
        seen.ShouldContain("C:SELECT");
        seen.ShouldNotContain("900-45", Case.Insensitive);

        await using var blocked = await RealGateRig.StartAsync(Blocked, Script);
        (await SayAsync(blocked, sql, type)).ShouldContain("E:42501");
    }

    [Fact]
    public async Task A_prepared_statements_declared_types_count_as_well()
    {
        await using var masked = await RealGateRig.StartAsync(Masked, Script);
        await using var client = await masked.Gateway.ConnectAsync();
        await client.QueryAsync("prepare p(odd) as select upper($1)");
        await client.ReadUntilAsync('Z');
        await client.SendAsync(output =>
        {
            Bind.WriteText(output, "", "p", ["(x)"]);
            Execute.Write(output, "");
            output.WriteEmpty(FrontendType.Sync);
        });
        string.Join(' ', await client.ReadUntilAsync('Z')).ShouldNotContain("900-45", Case.Insensitive);
    }

    /// <summary>Casts that are only made where somebody writes them down.</summary>
    [Theory]
    [InlineData("select p::text from plain p")]
    [InlineData("select cast(row('x')::odd as text)")]
    [InlineData("select text(p) from plain p")]
    [InlineData("select (p).text from plain p")]
    [InlineData("select $1::text", "plain")]
    public async Task What_written_casts_read_is_not_shown(string sql, string? type = null)
    {
        await using var rig = await RealGateRig.StartAsync(Masked, Script + """
            create table plain (a int); insert into plain values (7);
            create function from_plain(plain) returns text language sql stable as $$ select ssn from public.customers where id = $1.a $$;
            create cast (plain as text) with function from_plain(plain);
            """);
        string.Join(' ', type is null ? await SayAsync(rig, sql) : await SayAsync(rig, sql, type)).ShouldNotContain("900-45", Case.Insensitive);
    }

    [Theory]
    [InlineData("select upper((c).core) from (select w as c from wrappings w) s")]
    [InlineData("select upper((w).core) from wrappings")]
    public async Task Types_may_stand_in_others(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Masked, Script);
        string.Join(' ', await SayAsync(rig, sql)).ShouldNotContain("900-45", Case.Insensitive);
    }

    [Theory]
    [InlineData("insert into kept values (1, 7)")]
    [InlineData("update kept set o = 7")]
    [InlineData("insert into shown select id, o from kept")]
    public async Task What_they_read_is_not_kept(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Masked, Script);
        (await SayAsync(rig, sql)).ShouldContain("E:42501");
    }

    [Theory]
    [InlineData("select total from orders where id = 7", "D:70")]
    [InlineData("insert into orders values (99, 7, 1)", "C:INSERT 0 1")]
    [InlineData("select t from shown where t like 'x%' order by t", "C:SELECT 0")]
    public async Task Statements_about_other_types_are_as_ever(string sql, string expected)
    {
        foreach (var rules in (string[])[Masked, Blocked])
        {
            await using var rig = await RealGateRig.StartAsync(rules, Script);
            (await SayAsync(rig, sql)).ShouldContain(expected);
        }
    }

    [Fact]
    public async Task Casts_that_only_compute_change_nothing()
    {
        await using var rig = await RealGateRig.StartAsync(Masked, RealGateRig.Script + """
            create type odd as (a text);
            create table kept (id int, o odd);
            create function to_odd(int) returns odd language sql immutable as $$ select row($1::text)::public.odd $$;
            create cast (int as odd) with function to_odd(int) as assignment;
            """);
        (await SayAsync(rig, "insert into kept values (1, 7) returning id, (o).a")).ShouldContain(message => message.StartsWith("D:1|", StringComparison.Ordinal));
        (await SayAsync(rig, "select id from kept where id = 1 order by id")).ShouldContain("C:SELECT 1");
    }

    /// <summary>With one parameter of a type of the database's own.</summary>
    private static async Task<List<string>> SayAsync(RealGateRig rig, string sql, string type)
    {
        var oid = (uint)await rig.AskBehindAsync<long>($"select '{type}'::regtype::oid::bigint");
        var value = type switch { "plain" => "(7)", "odd[]" => "{(x)}", "kept" => "(1,\"(x)\")", "wrapped" => "(\"(x)\")", _ => "(x)" };
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output =>
        {
            Parse.Write(output, "", sql, [oid]);
            Bind.WriteText(output, "", "", [value]);
            Execute.Write(output, "");
            output.WriteEmpty(FrontendType.Sync);
        });
        return await client.ReadUntilAsync('Z');
    }

    private static async Task<List<string>> SayAsync(RealGateRig rig, string sql)
    {
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(sql);
        return await client.ReadUntilAsync('Z');
    }
}
