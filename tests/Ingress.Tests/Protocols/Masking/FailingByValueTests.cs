using Hoop.Ingress.Tests.Protocols.Postgres;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>What is shown as a mask may tell by whether it could be shown at all: functions and operators that fail for some values of their types.</summary>
public sealed class FailingByValueTests
{
    private const string Script = """
        create type pair as (a text, b int);
        create table hidden (id int primary key, name text, place point, big int8, span int4range, born date, at timestamp, tags text[], pair pair, words tsvector, doc json, doc2 jsonb, bits varbit, shown text);
        insert into hidden values (7, 'x-1', '(37.5,12.25)', 4111111111111111, '[3,)', 'infinity', 'infinity', '{a,b}', '(x,1)', 'a b', '{"a":"\u0000"}', '{"a":1}', '101', 'y');
        """;

    private const string Rules = RealGateRig.Everything + """

        masks:
          - name: hidden
            targets: [shop]
            columns: [public.hidden.name, public.hidden.place, public.hidden.big, public.hidden.span, public.hidden.born, public.hidden.at, public.hidden.tags, public.hidden.pair, public.hidden.words, public.hidden.doc, public.hidden.doc2, public.hidden.bits]
            with: { partial: { keepLast: 4 } }
            except: [dba]
        """;

    /// <summary>Several statements, of which the last is refused.</summary>
    [Theory]
    // A type of the session's, or of a schema before pg_catalog, takes the name of PostgreSQL's own, and has a CHECK.
    [InlineData("create domain pg_temp.text as pg_catalog.text check (value !~ '^x')", "select name::text from hidden")]
    [InlineData("create schema mine; create domain mine.text as varchar(2)", "set search_path = mine, public, pg_catalog", "select name::text from public.hidden")]
    [InlineData("set search_path = pg_temp, public", "create domain name as text check (value !~ '^x')", "select hidden.name::name from hidden")]
    [InlineData("begin", "create domain pg_temp.text as pg_catalog.text check (value !~ '^x')", "select name::text from hidden")]
    [InlineData("create domain pg_temp.text as varchar(2); select name::text from hidden")]
    [InlineData("create domain pg_temp.loose as pg_catalog.text", "alter domain pg_temp.loose rename to text", "select id from hidden where name = 'x-1'::text")]
    [InlineData("alter type pg_catalog.bpchar rename to old")]
    [InlineData("create schema mine", "alter type bpchar set schema mine")]
    // Numbers become too large.
    [InlineData("select place <@ polygon '((1e200,1e200),(-1e200,37.4))' from hidden")]
    [InlineData("select circle '<(0,0),1>' @> place from hidden")]
    [InlineData("select to_char(big, '9V9999') from hidden")]
    [InlineData("select to_char(big, shown) from hidden")]
    [InlineData("select to_char(big, 'RN') from hidden")]
    [InlineData("select to_char(big, 'Month') from hidden")]
    // What there is not of an infinite time, and where a range has no end.
    [InlineData("select substr(to_char(born, 'YYYY'), 1, -1) from hidden")]
    [InlineData("select substr(extract(day from born)::text, 1, -1) from hidden")]
    [InlineData("select extract(timezone from at) from hidden")]
    [InlineData("select date_trunc('dow', at) from hidden")]
    [InlineData("select date_trunc('day', at, 'Nowhere') from hidden")]
    [InlineData("select xmlforest(born) from hidden")]
    [InlineData("select substr(upper(span)::text, 1, -1) from hidden")]
    // Collations that conflict matter only where there is enough to look through.
    [InlineData("create domain odd as text collate \"POSIX\"", "select position('x-' in ltrim(name, 'y') || shown::odd || 'z'::pg_catalog.name) from hidden")]
    [InlineData("select position('x-' in ltrim(name, 'y') || a || b) from hidden, (select 'x' collate \"C\" a, 'y' collate \"POSIX\" b) q")]
    [InlineData("create table t (a text collate \"C\", b text collate \"POSIX\")", "select replace(ltrim(hidden.name, 'x-1') || a || b, 'q', '') from hidden, t")]
    [InlineData("create temp table t (a text collate \"C\", b text collate \"POSIX\")", "select split_part(ltrim(hidden.name, 'x-1') || a || b, 'q', 1) from hidden, t")]
    [InlineData("select tags = array[a || b] from hidden, (select 'x' collate \"C\" a, 'y' collate \"POSIX\" b) q")]
    [InlineData("select greatest(tags, array[a || b]) from hidden, (select 'x' collate \"C\" a, 'y' collate \"POSIX\" b) q")]
    // Rows of other types, compared column by column.
    [InlineData("create type other as (a text, b text)", "select pair = '(x,1)'::other from hidden")]
    // A part is changed: what stays is asked about by itself, or there is no such part.
    [InlineData("begin", "update hidden set tags[2] = 'z'")]
    [InlineData("update hidden set tags[1:3] = tags")]
    [InlineData("update hidden set doc2['a']['b'] = '1'")]
    [InlineData("update hidden set pair.b = 5")]
    [InlineData("insert into hidden (id, tags) values (7, '{}') on conflict (id) do update set tags[2] = 'z'")]
    [InlineData("merge into hidden h using (select 7 as id) s on h.id = s.id when matched then update set tags[2] = 'z'")]
    // What no longer fits.
    [InlineData("select words || (select array_to_tsvector(array_agg(md5(g::text))) from generate_series(1, 32767) g) from hidden")]
    [InlineData("select bits || B'1'::bit(2147483640) from hidden")]
    [InlineData("select length(format('%1073741800s', '') || name) from hidden")]
    [InlineData("select concat(repeat('x', 1000), 'x'::char(10000000), name) from hidden")]
    // What json takes and jsonb does not.
    [InlineData("select to_jsonb(doc) from hidden")]
    [InlineData("select to_jsonb(h) from hidden h")]
    public async Task Is_refused(params string[] statements)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var sql in statements)
        {
            await client.QueryAsync(sql);
            var seen = await client.ReadUntilAsync('Z');
            if (sql == statements[^1]) seen.ShouldContain("E:42501", customMessage: sql);
            else seen.ShouldNotContain(message => message.StartsWith('E'), sql);
        }
    }

    [Theory]
    [InlineData("select name::text, name::varchar, name::name, shown from hidden", "D:***|***|***|y")]
    [InlineData("select position('-' in name), replace(name, '-', ''), split_part(lower(name), '-', 2), upper(name) || shown from hidden", "D:0|***|***|***")]
    [InlineData("select date_trunc('month', at), extract(year from born), to_char(at, 'YYYY-MM-DD') || to_char(big, 'FM999,990.00'), date_part('dow', at)::text from hidden", "D:2000-01-01 00:00:00|0|***|***")]
    [InlineData("select place, tags, span, lower(span), upper(span), array_length(tags, 1) from hidden", "D:(0,0)|{}|empty|0|0|0")]
    [InlineData("select born = date '1980-01-01', name = 'x-1', name < shown, big = 5, array_to_string(tags, ',') from hidden", "D:f|f|f|f|***")]
    [InlineData("select xmlforest(name), xmlelement(name a, born::text), format('%s %s', shown, 'x') || name from hidden", "D:***|***|***")]
    [InlineData("select row_to_json(h), json_build_object('a', doc) from (select id, json '{}' as doc from hidden) h", "D:{\"id\":7,\"doc\":{}}|{\"a\" : {}}")]
    public async Task What_never_fails_is_shown(string sql, string row)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("create temp table own as select 1 as a");
        await client.ReadUntilAsync('Z');
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldContain(row, customMessage: sql);
        await client.QueryAsync("select id from hidden where name = 'x-1'::text and born = 'infinity'::date");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:7");
    }

    /// <summary>Types named like PostgreSQL's own have other columns than those: what stands behind them would be taken for its neighbour.</summary>
    [Fact]
    public async Task Columns_do_not_move_under_a_type_of_another_name()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script + "create schema mine; create type mine.text as (a int, b int); create type mine.bool as ();");
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("set search_path = mine, public, pg_catalog");
        await client.ReadUntilAsync('Z');
        await client.QueryAsync("select * from unnest(array[null]::text[]) a, (select id, name || '' as s, shown || '' as n from hidden) s, unnest(array[null]::\"bool\"[]) b");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:0|0|0|***|***");
    }

    /// <summary>CSV is quoted where a value needs it, and whoever copies says by which characters it does; the text format writes NULL as he says.</summary>
    [Theory]
    [InlineData("copy (select substr(name, 1, 1) from hidden) to stdout (format csv, delimiter 'x')", "***\n")]
    [InlineData("copy (select substr(name, 1, 1) from hidden) to stdout (format csv, quote 'x')", "***\n")]
    [InlineData("copy (select substr(name, 1, 1) from hidden) to stdout (format csv, null 'x')", "***\n")]
    [InlineData("copy (select name from hidden) to stdout (format csv, null 'x-1')", "***\n")]
    [InlineData("copy (select name from hidden) to stdout (null 'x-1')", "***\n")]
    [InlineData("copy (select name, shown from hidden) to stdout (format csv, force_quote *, delimiter ';')", "***;\"y\"\n")]
    [InlineData("copy (select nullif(shown, 'y'), shown from hidden) to stdout (null 'y')", "y\ty\n")]
    public async Task How_a_copy_writes_a_value_does_not_tell_what_it_is(string sql, string row)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(sql);
        List<string> rows = [];
        while (await client.ReadAsync() is { } message && message.Type != 'Z')
            if (message.Type == 'd') rows.Add(System.Text.Encoding.UTF8.GetString(message.Body));
        rows.ShouldBe([row]);
    }
}
