using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Lineage;

/// <summary>What each result column depends on.</summary>
public sealed class ResultColumnTests
{
    [Theory]
    [InlineData("select id, ssn from customers", "id=customers.id; ssn=customers.ssn")]
    [InlineData("select ssn as x from customers", "x=customers.ssn")]
    [InlineData("select * from customers", "id=customers.id; name=customers.name; email=customers.email; ssn=customers.ssn; note=customers.note; active=customers.active")]
    [InlineData("table archive", "id=archive.id; ssn=archive.ssn; note=archive.note")]
    [InlineData("select public.customers.ssn from public.customers", "ssn=customers.ssn")]
    [InlineData("select public.customers.ssn from customers", "ssn=customers.ssn")]
    [InlineData("select db.public.customers.ssn from customers", "ssn=customers.ssn")]
    [InlineData("select c.ssn, o.id from customers c, orders o", "ssn=customers.ssn; id=orders.id")]
    [InlineData("select o.* from customers c, orders o", "id=orders.id; customer_id=orders.customer_id; total=orders.total; status=orders.status; note=orders.note")]
    [InlineData("select x.b from archive as x(a, b)", "b=archive.ssn")]
    [InlineData("select a, b from archive x(a, b, c)", "a=archive.id; b=archive.ssn")]
    [InlineData("select ctid, tableoid, xmin from customers", "ctid=-; tableoid=-; xmin=-")]
    [InlineData("select 1, 'x', $1, now(), current_user", "?column?=-; ?column?=-; ?column?=-; now=-; current_user=-")]
    [InlineData("select count(*) from customers", "count=-")]
    [InlineData("select iban from secret.accounts", "iban=secret.accounts.iban")]
    public void Plain_columns_and_stars(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select ssn || 'x' from customers", "?column?=customers.ssn")]
    [InlineData("select substr(ssn, 1, 3) from customers", "substr=customers.ssn>pg_catalog.substr")]
    [InlineData("select upper(ssn) u from customers", "u=customers.ssn>pg_catalog.upper")]
    [InlineData("select ssn::varchar(3), cast(ssn as bytea), ssn::int from customers", "ssn=customers.ssn; ssn=customers.ssn; ssn=customers.ssn")]
    [InlineData("select case when ssn like '1%' then 1 else 0 end from customers", "case=customers.ssn")]
    [InlineData("select case id when 1 then ssn end from customers", "case=customers.id,customers.ssn")]
    [InlineData("select coalesce(name, ssn), greatest(ssn, ''), nullif(ssn, '1') from customers", "coalesce=customers.name,customers.ssn; greatest=customers.ssn; nullif=customers.ssn")]
    [InlineData("select ssn = '1', ssn like '1%', ssn > 'a', ssn in ('1'), upper(ssn) is null, not active from customers", "?column?=customers.ssn; ?column?=customers.ssn; ?column?=customers.ssn; ?column?=customers.ssn; ?column?=customers.ssn>pg_catalog.upper; ?column?=customers.active")]
    [InlineData("select array[ssn, name], row(id, ssn), (array[ssn])[1] from customers", "array=customers.name,customers.ssn; row=customers.id,customers.ssn; array=customers.ssn")]
    [InlineData("select ssn collate \"C\", overlay(ssn placing 'x' from 1), position('1' in ssn) from customers", "ssn=customers.ssn; overlay=customers.ssn>pg_catalog.overlay; position=customers.ssn>pg_catalog.position")]
    [InlineData("select encode(ssn::bytea, 'hex'), reverse(ssn), md5(ssn), format('%s', ssn) from customers", "encode=customers.ssn; reverse=customers.ssn>pg_catalog.reverse; md5=customers.ssn>pg_catalog.md5; format=customers.ssn>pg_catalog.format")]
    [InlineData("select (jsonb_build_object('a', ssn)->>'a') x from customers", "x=customers.ssn>pg_catalog.jsonb_build_object")]
    [InlineData("select json_object('a': ssn) j, xmlelement(name x, ssn) e, json_array(ssn) a from customers", "j=customers.ssn; e=customers.ssn; a=customers.ssn")]
    public void Expressions_carry_what_is_in_them(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select x from archive x", "x=archive.id,archive.note,archive.ssn")]
    [InlineData("select x.* from archive x", "id=archive.id; ssn=archive.ssn; note=archive.note")]
    [InlineData("select (x).ssn, (x).id from archive x", "ssn=archive.ssn; id=archive.id")]
    [InlineData("select (x).* from archive x", "id=archive.id; ssn=archive.ssn; note=archive.note")]
    [InlineData("select (x.*).ssn from archive x", "ssn=archive.ssn")]
    [InlineData("select row_to_json(x) from archive x", "row_to_json=archive.id>pg_catalog.row_to_json,archive.note>pg_catalog.row_to_json,archive.ssn>pg_catalog.row_to_json")]
    [InlineData("select to_jsonb(x.*)->>'note' j from archive x", "j=archive.id>pg_catalog.to_jsonb,archive.note>pg_catalog.to_jsonb,archive.ssn>pg_catalog.to_jsonb")]
    [InlineData("select x::text from archive x", "x=archive.id,archive.note,archive.ssn")]
    [InlineData("select row(x.*) from archive x", "row=archive.id,archive.note,archive.ssn")]
    [InlineData("select archive from archive", "archive=archive.id,archive.note,archive.ssn")]
    [InlineData("select (select x from (select 1) q) from archive x", "x=archive.id,archive.note,archive.ssn")]
    [InlineData("select json_agg(q) from (select id, ssn from customers) q", "json_agg=customers.id>pg_catalog.json_agg,customers.ssn>pg_catalog.json_agg")]
    [InlineData("select (q.r).ssn from (select x as r from archive x(ssn, id)) q", "ssn=archive.id,archive.note,archive.ssn")]
    [InlineData("select x.fullname from archive x", "fullname=archive.id,archive.note,archive.ssn,?")]
    public void Whole_rows_carry_all_their_columns(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select count(ssn), max(ssn), string_agg(ssn, ',' order by id) from customers", "count=customers.ssn>pg_catalog.count; max=customers.ssn>pg_catalog.max; string_agg=customers.id,customers.ssn>pg_catalog.string_agg")]
    [InlineData("select count(x) from archive x", "count=archive.id>pg_catalog.count,archive.note>pg_catalog.count,archive.ssn>pg_catalog.count")]
    [InlineData("select length(ssn) + count(*) over () from customers", "?column?=customers.ssn>pg_catalog.length")]
    [InlineData("select percentile_disc(0.5) within group (order by ssn) p from customers", "p=customers.ssn,customers.ssn>pg_catalog.percentile_disc")]
    [InlineData("select lag(ssn) over (order by id) l, row_number() over (order by ssn) r from customers", "l=customers.id,customers.ssn>pg_catalog.lag; r=customers.ssn")]
    [InlineData("select rank() over w from customers window w as (v), v as (partition by ssn)", "rank=?")]
    [InlineData("select rank() over w from customers window v as (partition by ssn), w as (v order by id)", "rank=customers.id,customers.ssn")]
    public void Aggregates_and_windows(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select count(nullif(ssn, '1')) from customers")]
    [InlineData("select count(case when ssn like '1%' then 1 end) from customers")]
    [InlineData("select count(ssn like '1%' or null) from customers")]
    [InlineData("select count(*) filter (where ssn like '1%') from customers")]
    [InlineData("select count(f) from (select (ssn like '1%') or null as f from customers) q")]
    [InlineData("select count(*) over (partition by ssn) from customers")]
    [InlineData("select count(ssn::varchar(2)) from customers")]
    [InlineData("select count(*) + count((select ssn || 'x')) as count from customers")]
    public void Counting_an_expression_is_not_counting_the_column(string sql) => LineageRig.Result(sql).ShouldBe("count=customers.ssn");

    [Fact]
    public void Only_the_function_next_to_the_column_is_named()
    {
        LineageRig.Result("select count(substring(ssn from '^1')) from customers").ShouldBe("count=customers.ssn>pg_catalog.substring");
    }

    [Theory]
    [InlineData("select q.x from (select ssn as x from customers) q", "x=customers.ssn")]
    [InlineData("select * from (select ssn as x, 1 from customers) q(a)", "a=customers.ssn; ?column?=-")]
    [InlineData("select count from (select count(*) from customers) q", "count=-")]
    [InlineData("select (select ssn from customers limit 1)", "ssn=customers.ssn")]
    [InlineData("select (select o.note || c.ssn) x from customers c, orders o", "x=customers.ssn,orders.note")]
    [InlineData("select array(select ssn from customers), exists(select ssn from customers)", "array=customers.ssn; exists=-")]
    [InlineData("select '1' in (select ssn from customers)", "?column?=customers.ssn")]
    [InlineData("select l.y from customers c, lateral (select c.ssn as y) l", "y=customers.ssn")]
    [InlineData("select (select x from (select id as x) q) from (select ssn as x from customers) o, orders", "x=orders.id")]
    [InlineData("select (select q.s from (select note as s) q) from customers o", "s=customers.note")]
    [InlineData("select * from (values (1, (select ssn from customers limit 1)), (2, 'x')) v(a, b)", "a=-; b=customers.ssn")]
    [InlineData("values ((select ssn from customers limit 1), 2)", "column1=customers.ssn; column2=-")]
    public void Subqueries(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select * from (select id, ssn from customers) a natural join (select id, total from orders) b", "id=customers.id,orders.id; ssn=customers.ssn; total=orders.total")]
    [InlineData("select * from (select id, ssn from customers) a join (select total, id from orders) b using (id)", "id=customers.id,orders.id; ssn=customers.ssn; total=orders.total")]
    [InlineData("select a.id, b.id from customers a join orders b using (id)", "id=customers.id; id=orders.id")]
    [InlineData("select j.ssn from (customers a join orders b on true) j", "ssn=customers.ssn")]
    [InlineData("select z from (archive a cross join (select 1 one) b) j(x, y, z)", "z=archive.note")]
    [InlineData("select j.id from customers a join orders b using (id) as j", "id=customers.id,orders.id")]
    [InlineData("select x.* from archive c left join lateral (select c.ssn s) x on true", "s=archive.ssn")]
    public void Joins(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("with q as (select ssn from customers) select * from q", "ssn=customers.ssn")]
    [InlineData("with q(x) as materialized (select ssn from customers), p as (select x || 'a' y from q) select y from p", "y=customers.ssn")]
    [InlineData("with customers as (select 1 as ssn) select ssn from customers", "ssn=-")]
    [InlineData("with customers as (select 1 as ssn) select ssn from public.customers", "ssn=customers.ssn")]
    [InlineData("with customers as (select ssn as id from customers) select id from customers", "id=customers.ssn")]
    [InlineData("with recursive r(n, s) as (select 1, '' union all select n + 1, (select ssn from customers limit 1) from r) select * from r", "n=-; s=customers.ssn")]
    [InlineData("with recursive r as (select id, ssn, note from archive union all select r.ssn::int, r.note, r.id::text from r) select id from r", "id=archive.id,archive.note,archive.ssn")]
    [InlineData("with recursive r(a) as (select id from archive union all select a from r) search depth first by a set o select * from r", "a=archive.id; o=archive.id")]
    [InlineData("with recursive r as (select * from archive union all select * from r) cycle id set c using p select * from r", "id=archive.id; ssn=archive.ssn; note=archive.note; c=archive.id,archive.note,archive.ssn; p=archive.id,archive.note,archive.ssn")]
    [InlineData("with recursive a as (select * from b), b as (select ssn from customers) select * from a", "ssn=customers.ssn")]
    [InlineData("with d as (delete from customers returning ssn as gone) select gone from d", "gone=customers.ssn")]
    [InlineData("select (with q as (select c.ssn s) select s from q) from customers c", "s=customers.ssn")]
    public void With_queries(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select name from customers union all select ssn from archive", "name=archive.ssn,customers.name")]
    [InlineData("select 1, ssn from customers except select 2, note from archive", "?column?=-; ssn=archive.note,customers.ssn")]
    [InlineData("(select id from customers) intersect (select id from orders) order by 1", "id=customers.id,orders.id")]
    public void Set_operations(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select * from v", "id=customers.id,v.id; full_name=customers.name,v.full_name; tax=customers.ssn,v.tax")]
    [InlineData("select digits, n, who from vv", "digits=customers.ssn>pg_catalog.substr,v.tax>pg_catalog.substr,vv.digits; n=customers.ssn>pg_catalog.count,v.tax>pg_catalog.count,vv.n; who=customers.name,v.full_name,vv.who")]
    [InlineData("select tax from mv", "tax=customers.ssn,mv.tax")]
    [InlineData("select a from broken", "a=broken.a,?")]
    public void Views_are_followed_to_their_tables(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select ssn from people", "ssn=people.ssn,people_1.ssn,people_1a.ssn")]
    [InlineData("select ssn from only people_1", "ssn=people.ssn,people_1.ssn,people_1a.ssn")]
    [InlineData("select * from people_1a", "ssn=people.ssn,people_1.ssn,people_1a.ssn; id=people.id,people_1.id,people_1a.id")]
    [InlineData("select last4 from badges", "last4=badges.last4,badges.ssn>pg_catalog.right")]
    public void Partitions_inheritance_and_generated_columns(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select leak(id) from customers", "leak=customers.id>public.leak,?")]
    [InlineData("select peek(1)", "peek=?")]
    [InlineData("select similarity(name, 'x') from customers", "similarity=customers.name>public.similarity")]
    [InlineData("select name %> 'x', name === 'y', name <<>> 'z' from customers", "?column?=customers.name; ?column?=customers.name,?; ?column?=customers.name,?")]
    [InlineData("select nosuch(1)", "nosuch=?")]
    [InlineData("select nosuch from customers", "nosuch=?")]
    [InlineData("select x.y from customers", "y=?")]
    [InlineData("select id from nowhere", "id=?")]
    [InlineData("select * from nowhere", "none")]
    [InlineData("select x.* from customers c", "none")]
    [InlineData("select query_to_xml('select ssn from customers', true, true, '')", "query_to_xml=?")]
    [InlineData("select table_to_xml('customers', true, true, ''), database_to_xml(true, true, ''), ts_stat('select 1'), pg_read_file('x'), lo_get(1)", "table_to_xml=?; database_to_xml=?; ts_stat=?; pg_read_file=?; lo_get=?")]
    [InlineData("select * from dblink('', 'select ssn from customers') as t(ssn text)", "ssn=?")]
    public void What_is_not_known_is_opaque(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    /// <summary>A name that is taken for another, or a column that is taken for its neighbour, would be a way around a mask.</summary>
    [Theory]
    [InlineData("select (select ctid from v limit 1) from archive x(id, ctid)", "ctid=archive.ssn")]
    [InlineData("select (select json_object from (select json_object('a': 1)) q) x from archive y(id, json_object)", "x=archive.ssn")]
    [InlineData("select (select date_part from (select extract(year from now())) q) x from archive y(id, date_part)", "x=archive.ssn")]
    [InlineData("select (select text from (select (select 1)::text) q) x from archive y(id, text)", "x=archive.ssn")]
    [InlineData("select (select q.\"?column?\" from (select (select ssn || '')::text from archive) q) x", "x=archive.ssn")]
    [InlineData("select c from (select * from (select json_object('a': 1), ssn from archive) a natural join (select id::json as json_object from orders) b) q(a, b, c)", "c=archive.ssn,orders.id")]
    [InlineData("select e from (select * from unnest($1) u, archive) q(a, b, c, d, e)", "e=archive.id,archive.note,archive.ssn")]
    [InlineData("select (select a.ssn from (archive a cross join orders o) j limit 1) from customers a", "ssn=customers.ssn")]
    [InlineData("select (select x from archive b, orders join customers c on x = c.id limit 1) from (select ssn as x from archive) a", "x=archive.ssn")]
    public void Names_and_places_that_are_not_certain_take_everything_they_may_mean(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Fact]
    public void Every_function_of_the_search_path_may_be_the_one_that_is_called()
    {
        var context = LineageRig.Context with { SearchPath = ["pg_catalog", "secret", "public"] };
        LineageRig.Result("select upper(name) from customers", context).ShouldBe("upper=customers.name>secret.upper,?");
    }

    [Fact]
    public void A_temporary_table_hides_a_permanent_one()
    {
        var context = LineageRig.Context with { IsTemporary = static name => name == "customers" };
        LineageRig.Result("select name from customers", context).ShouldBe("name=?");
        LineageRig.Result("select name from public.customers", context).ShouldBe("name=customers.name");
    }

    [Theory]
    [InlineData("select relname from pg_class", "relname=pg_catalog.pg_class.relname")]
    [InlineData("select tablename from pg_stats", "tablename=pg_catalog.pg_stats.tablename")]
    [InlineData("select most_common_vals from pg_catalog.pg_stats", "most_common_vals=?")]
    [InlineData("select pid, query from pg_stat_activity", "pid=pg_catalog.pg_stat_activity.pid; query=?")]
    public void System_catalogs_hold_names_and_a_few_hold_data(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select * from generate_series(1, 3)", "generate_series=-")]
    [InlineData("select g, n from generate_series(1, 3) with ordinality g(g, n)", "g=-; n=-")]
    [InlineData("select key, value from customers c, jsonb_each(to_jsonb(c.ssn))", "key=customers.ssn>pg_catalog.to_jsonb; value=customers.ssn>pg_catalog.to_jsonb")]
    [InlineData("select * from jsonb_array_elements('[1]') x", "value=-")]
    [InlineData("select x from unnest(array[1, 2]) x", "x=-")]
    [InlineData("select * from unnest($1::text[]) x", "x=-")]
    [InlineData("select * from unnest($1) x", "none")]
    [InlineData("select s from customers, unnest(array[ssn]) s", "s=customers.ssn>pg_catalog.unnest")]
    [InlineData("select * from rows from (generate_series(1, 2), json_to_recordset('[]') as (a int, b text)) with ordinality r", "generate_series=-; a=-; b=-; ordinality=-")]
    [InlineData("select j.b from archive, json_table(ssn, '$' columns (a int path '$.a', nested path '$.b' columns (b int))) j", "b=archive.ssn")]
    [InlineData("select x.* from archive, xmltable('/r' passing (ssn::xml) columns a int path 'x', b for ordinality) x", "a=archive.ssn; b=archive.ssn")]
    [InlineData("select * from archive tablesample system (10)", "id=archive.id; ssn=archive.ssn; note=archive.note")]
    public void Functions_in_from(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("insert into archive values (1, 'x') returning ssn, note n", "ssn=archive.ssn; n=archive.note")]
    [InlineData("insert into archive(ssn) select 'x' returning *", "id=archive.id; ssn=archive.ssn; note=archive.note")]
    [InlineData("update archive a set note = '' from customers c where a.id = c.id returning a.id, c.ssn, old.ssn as was", "id=archive.id; ssn=customers.ssn; was=archive.ssn")]
    [InlineData("update archive set note = '' returning with (old as o, new as n) o.ssn, n.*", "ssn=archive.ssn; id=archive.id; ssn=archive.ssn; note=archive.note")]
    [InlineData("delete from archive using customers c where true returning archive, c.ssn", "archive=archive.id,archive.note,archive.ssn; ssn=customers.ssn")]
    [InlineData("merge into archive a using (select id x, ssn y from customers) s on a.id = s.x when matched then delete returning merge_action(), *", "merge_action=-; x=customers.id; y=customers.ssn; id=archive.id; ssn=archive.ssn; note=archive.note")]
    [InlineData("insert into archive(note) select ssn from customers returning note, id", "note=archive.note,customers.ssn; id=archive.id")]
    [InlineData("insert into archive(id, note) values (1, '') on conflict (id) do update set note = archive.ssn returning note", "note=archive.note,archive.ssn")]
    [InlineData("update archive set note = ssn returning note, new.note, archive", "note=archive.note,archive.ssn; note=archive.note,archive.ssn; archive=archive.id,archive.note,archive.ssn")]
    [InlineData("merge into archive a using customers c on a.id = c.id when not matched then insert (note) values (c.ssn) returning a.note", "note=archive.note,customers.ssn")]
    [InlineData("update archive set note = ''", "none")]
    [InlineData("insert into ruled values (1)", "none")]
    [InlineData("insert into ruled values (1) returning id", "none")]
    public void Returning(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Theory]
    [InlineData("copy archive to stdout", "id=archive.id; ssn=archive.ssn; note=archive.note")]
    [InlineData("copy badges to stdout", "id=badges.id; ssn=badges.ssn")]
    [InlineData("copy archive(note, ssn) to stdout (format binary)", "note=archive.note; ssn=archive.ssn")]
    [InlineData("copy (select ssn x from customers) to stdout", "x=customers.ssn")]
    [InlineData("copy (delete from archive returning ssn) to stdout", "ssn=archive.ssn")]
    [InlineData("copy archive from stdin", "none")]
    [InlineData("copy nowhere to stdout", "none")]
    [InlineData("declare c cursor for select ssn from customers", "ssn=customers.ssn")]
    [InlineData("explain select ssn from customers", "QUERY PLAN=-")]
    [InlineData("explain analyze select ssn from customers", "QUERY PLAN=customers.ssn")]
    [InlineData("explain (analyze off) select ssn from customers", "QUERY PLAN=-")]
    [InlineData("explain analyze select id from customers where name = 'x'", "QUERY PLAN=customers.id,customers.name")]
    [InlineData("explain analyze select 1 from (select * from archive order by id) q join orders using (note)", "QUERY PLAN=archive.id,archive.note,archive.ssn,orders.note")]
    [InlineData("explain analyze select full_name from v", "QUERY PLAN=customers.name,v.full_name,?")]
    [InlineData("explain analyze update archive set note = 'x'", "QUERY PLAN=archive.id,archive.note,archive.ssn")]
    [InlineData("explain analyze execute p", "QUERY PLAN=?")]
    [InlineData("explain verbose select peek(1)", "QUERY PLAN=?")]
    [InlineData("prepare p as select ssn from customers", "none")]
    [InlineData("show search_path", "search_path=-")]
    [InlineData("show all", "name=-; setting=-; description=-")]
    [InlineData("create table x as select ssn from customers", "none")]
    [InlineData("select ssn into x from customers", "none")]
    public void Other_statements(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);
}
