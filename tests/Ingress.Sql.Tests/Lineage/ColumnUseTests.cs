using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Lineage;

/// <summary>Which columns decide what a statement does, and which values it keeps.</summary>
public sealed class ColumnUseTests
{
    [Theory]
    [InlineData("select 1 from customers where ssn = '1'", "customers.ssn:Equality")]
    [InlineData("select 1 from customers where '1' = ssn and id = $1", "customers.id:Equality; customers.ssn:Equality")]
    [InlineData("select 1 from customers where ssn in ('1', '2') or ssn = any(array['3', '4']) or ssn = any('{5,6}')", "customers.ssn:Equality")]
    [InlineData("select 1 from customers where ssn <> '1' or not ssn = '2' or ssn is distinct from '3'", "customers.ssn:Equality")]
    [InlineData("select 1 from customers where ssn::text = '1'", "customers.ssn:Equality")]
    [InlineData("select 1 from customers where (id, ssn) = (1, '2')", "customers.id:Equality; customers.ssn:Equality")]
    [InlineData("select 1 from customers where (id, ssn) = (1, rpad('2', 2000))", "customers.id:Equality; customers.ssn:Equality")]
    [InlineData("select 1 from customers where (1, ssn) in ((1, rpad('1', 2000)), (1, '2'), (1, '3'), (1, '4'), (1, '5'), (1, '6'), (1, '7'), (1, '8'), (1, '9'), (1, '10'), (1, '11'))", "customers.ssn:Search")]
    [InlineData("select 1 from customers where ssn in (select ssn from archive)", "archive.ssn:Equality; customers.ssn:Equality")]
    [InlineData("select 1 from customers c join archive a on c.ssn = a.ssn", "archive.ssn:Equality; customers.ssn:Equality")]
    [InlineData("select 1 from archive a join customers c using (ssn)", "archive.ssn:Equality; customers.ssn:Equality")]
    [InlineData("select 1 from (select ssn from archive) a natural join (select ssn from customers) c", "archive.ssn:Equality; customers.ssn:Equality")]
    [InlineData("select 1 from customers where active", "customers.active:Equality")]
    public void Equality(string sql, string expected) => LineageRig.Uses(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select 1 from customers where ssn > '1'", "customers.ssn:Range")]
    [InlineData("select 1 from customers where ssn between '1' and '2'", "customers.ssn:Range")]
    [InlineData("select 1 from customers where ssn <= all(select '1')", "customers.ssn:Range")]
    [InlineData("select (1, '13') < (select 1, ssn from customers where id = 1)", "customers.id:Equality; customers.ssn:Range")]
    [InlineData("select 1 from orders where (1, '13') >= (select 1, ssn from customers)", "customers.ssn:Range")]
    [InlineData("select 1 from orders where (1, '13') = (select id, ssn from customers)", "customers.id:Equality; customers.ssn:Equality")]
    [InlineData("select 1 from customers where ssn like '1%' ", "customers.ssn:Pattern")]
    [InlineData("select 1 from customers where ssn ilike '1%' or ssn similar to '1%' or ssn ~ '1' or ssn ^@ '1'", "customers.ssn:Pattern")]
    [InlineData("select 1 from customers where ssn is null", "customers.ssn:NullTest")]
    [InlineData("select 1 from customers where nullif(ssn, '1') is null", "customers.ssn:Other")]
    [InlineData("select 1 from customers where substr(ssn, 1, 1) = '1'", "customers.ssn:Other")]
    [InlineData("select 1 from customers where ssn::varchar(1) = '1'", "customers.ssn:Other")]
    [InlineData("select 1 from customers where ssn || '' = '1'", "customers.ssn:Other")]
    [InlineData("select 1 from customers where starts_with(ssn, '1')", "customers.ssn:Other")]
    [InlineData("select 1 from customers where (ssn like '1%') is true", "customers.ssn:Pattern")]
    [InlineData("select 1 from customers where (ssn like '1%')::int = 1", "customers.ssn:Other; customers.ssn:Pattern")]
    [InlineData("select 1 from customers where case when ssn like '1%' then true end", "customers.ssn:Other; customers.ssn:Pattern")]
    [InlineData("select case when ssn like '1%' then 1 end from customers", "customers.ssn:Pattern")]
    [InlineData("select case ssn when '1' then 1 end from customers", "customers.ssn:Equality")]
    [InlineData("select 1 from customers x where x::text like '%1%'", "customers.active:Pattern; customers.email:Pattern; customers.id:Pattern; customers.name:Pattern; customers.note:Pattern; customers.ssn:Pattern")]
    [InlineData("select 1 from customers where to_jsonb(customers) @> '{}' limit 1", "customers.active:Other; customers.email:Other; customers.id:Other; customers.name:Other; customers.note:Other; customers.ssn:Other")]
    public void Ranges_patterns_and_the_rest(string sql, string expected) => LineageRig.Uses(sql).ShouldBe(expected);

    /// <summary>So that a slip in a column's name is called that, and not something about masks.</summary>
    [Theory]
    [InlineData("select 1 from customers c where c.nme = 'x'", "nme")]
    [InlineData("select 1 from customers order by upper(nme)", "nme")]
    [InlineData("select 1 from customers c join orders o on o.customer_id = k.id", "k.id")]
    [InlineData("select 1 from customers c join orders o on o.customer_id = c.id order by o.totl, ssn", "totl")]
    [InlineData("select 1 from nowhere where nme = 'x'", null)]
    [InlineData("select 1 from customers c where c.leak = '1'", null)]
    public void Names_that_no_table_has_are_named(string sql, string? missing)
    {
        var any = LineageRig.Resolve(sql).Uses.Where(static u => u.Column == "*").ToList();

        any.ShouldNotBeEmpty();
        any.Select(static u => u.Missing).Distinct().ShouldBe([missing]);
    }

    [Theory]
    [InlineData("select id from customers order by ssn", "customers.ssn:Order")]
    [InlineData("select id, ssn from customers order by 2", "customers.ssn:Order")]
    [InlineData("select name as ssn from customers order by ssn", "customers.name:Order")]
    [InlineData("select name as ssn from customers order by upper(ssn)", "customers.ssn:Order")]
    [InlineData("select name as ssn from customers group by ssn", "customers.ssn:Group")]
    [InlineData("select ssn as s from customers group by s", "customers.ssn:Group")]
    [InlineData("select 1 from customers group by grouping sets ((ssn), (id))", "customers.id:Group; customers.ssn:Group")]
    [InlineData("select distinct ssn from customers", "customers.ssn:Group")]
    [InlineData("select distinct on (ssn) id from customers", "customers.ssn:Order")]
    [InlineData("select ssn from customers union select '1'", "customers.ssn:Group")]
    [InlineData("select ssn from customers union all select '1'", "")]
    [InlineData("with recursive r(n, x) as (select -1, left(ssn, 3) from customers union all select n + 1, x from r) cycle x set c using p select max(n) from r", "customers.ssn:Group")]
    [InlineData("with recursive r(n, x) as (select -1, ssn from customers union all select n + 1, x from r) cycle n, x set c using p select max(n) from r", "customers.ssn:Group")]
    [InlineData("select json_query(to_json(name), '$') from (select name, id as json_query from customers) q order by json_query", "customers.id:Order; customers.name:Order; customers.name:Other")]
    [InlineData("select distinct on (json_query) json_query(to_json(name), '$') from (select name, id as json_query from customers) q", "customers.id:Order; customers.name:Order; customers.name:Other")]
    [InlineData("select 1 from orders o(json_query), lateral (select json_query(to_json(name), '$') from customers group by json_query) q", "customers.name:Group; customers.name:Other; orders.id:Group")]
    [InlineData("select 1 from customers tablesample bernoulli(1) repeatable ((select ascii(ssn) from archive))", "archive.ssn:Other")]
    [InlineData("select count(distinct ssn) from customers", "customers.ssn:Equality")]
    [InlineData("select count(distinct x) from (select ssn from customers union all select note from orders) q(x)", "customers.ssn:Group; orders.note:Group")]
    [InlineData("select count(distinct x) from (select ssn from customers union all select '1') q(x)", "customers.ssn:Group")]
    [InlineData("select count(distinct left(ssn, 1)) from customers", "customers.ssn:Group")]
    [InlineData("select array_agg(distinct ssn) from customers", "customers.ssn:Group")]
    [InlineData("select array_agg(id order by ssn) from customers", "customers.ssn:Order")]
    [InlineData("select rank() over (partition by note order by ssn) from customers", "customers.note:Group; customers.ssn:Order")]
    [InlineData("select rank() over w from customers window w as (order by ssn)", "customers.ssn:Order")]
    [InlineData("select count(*) filter (where ssn like '1%') from customers", "customers.ssn:Pattern")]
    [InlineData("select 1 from customers having max(ssn) > '1'", "customers.ssn:Range")]
    [InlineData("select 1 from customers having count(ssn) > 1", "customers.ssn:NullTest")]
    [InlineData("select 1 from customers limit (select length(ssn) from archive limit 1)", "archive.ssn:Other")]
    public void Order_and_groups(string sql, string expected) => LineageRig.Uses(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select (select 1 from customers where ssn = '1')", "customers.ssn:Equality")]
    [InlineData("select exists(select 1 from customers where ssn like '1%')", "customers.ssn:Pattern")]
    [InlineData("select 1 from orders o where exists (select 1 from customers c where c.id = o.customer_id and c.ssn > '1')", "customers.id:Equality; customers.ssn:Range; orders.customer_id:Equality")]
    [InlineData("with q as (select id from customers where ssn ~ '1') select * from q", "customers.ssn:Pattern")]
    [InlineData("with recursive r as (select id, ssn from customers where ssn ~ '1' union select * from r) select 1 from r", "customers.id:Group; customers.ssn:Group; customers.ssn:Pattern")]
    [InlineData("select 1 from (select ssn as x from customers) q where x like '1%'", "customers.ssn:Pattern")]
    [InlineData("select 1 from (select upper(ssn) as x from customers) q where x = '1'", "customers.ssn:Other")]
    [InlineData("select * from v", "")]
    [InlineData("select 1 from v where tax = '1'", "customers.ssn:Equality; v.tax:Equality")]
    [InlineData("select 1 from vv where digits = '1'", "customers.ssn:Other; v.tax:Other; vv.digits:Equality")]
    [InlineData("select 1 from nowhere where x = 1", "*:Equality")]
    [InlineData("explain select 1 from customers where ssn like '1%'", "customers.ssn:Pattern")]
    [InlineData("declare c cursor for select 1 from customers where ssn like '1%'", "customers.ssn:Pattern")]
    [InlineData("copy (select 1 from customers where ssn like '1%') to stdout", "customers.ssn:Pattern")]
    [InlineData("delete from customers where ssn like '1%'", "customers.ssn:Pattern")]
    [InlineData("update customers set note = 'x' where ssn like '1%'", "customers.ssn:Pattern")]
    public void Nested_queries_and_statements(string sql, string expected) => LineageRig.Uses(sql).ShouldBe(expected);

    [Theory]
    [InlineData("insert into archive(note) select ssn from customers", "customers.ssn:Stored")]
    [InlineData("insert into archive(ssn) select ssn from archive", "")]
    [InlineData("insert into archive select * from archive", "")]
    [InlineData("insert into archive select id, note, ssn from archive", "archive.note:Stored; archive.ssn:Stored")]
    [InlineData("insert into archive(note) values ((select ssn from customers limit 1))", "customers.ssn:Stored")]
    [InlineData("insert into archive values (1, 'x', 'y')", "")]
    [InlineData("insert into archive select * from nowhere", "*:Stored")]
    [InlineData("insert into archive(id, ssn) values (1, 'x') on conflict (id) do update set note = archive.ssn, ssn = excluded.ssn where archive.ssn ~ '1'", "archive.id:Equality; archive.ssn:Pattern; archive.ssn:Stored")]
    [InlineData("insert into archive(id, ssn) select 1, ssn from customers on conflict (id) do update set note = excluded.ssn", "archive.id:Equality; customers.ssn:Stored")]
    [InlineData("update customers set note = ssn", "customers.ssn:Stored")]
    [InlineData("update customers set ssn = ssn, note = 'x'", "")]
    [InlineData("update customers set ssn = upper(ssn)", "customers.ssn:Other")]
    [InlineData("update customers a set ssn = left(b.ssn, 1) from customers b", "customers.ssn:Other")]
    [InlineData("update customers set (note, ssn) = (select ssn, 'x' from archive)", "archive.ssn:Stored")]
    [InlineData("update customers set (note, name) = row(name, name)", "customers.name:Stored")]
    [InlineData("update archive set note = c.ssn from customers c where c.id = archive.id", "archive.id:Equality; customers.id:Equality; customers.ssn:Stored")]
    [InlineData("update people set ssn = q.ssn from people_1a q", "")]
    [InlineData("update v set full_name = tax", "customers.ssn:Stored; v.tax:Stored")]
    [InlineData("merge into archive a using customers c on a.id = c.id when matched and c.ssn ~ '1' then update set note = c.ssn when not matched then insert (id, note) values (c.id, c.email)", "archive.id:Equality; customers.email:Stored; customers.id:Equality; customers.id:Stored; customers.ssn:Pattern; customers.ssn:Stored")]
    [InlineData("create table x as select ssn, 1 from customers", "customers.ssn:Stored")]
    [InlineData("create materialized view x as select ssn from customers", "customers.ssn:Stored")]
    [InlineData("create view x as select ssn from customers where id = 1", "customers.id:Equality")]
    [InlineData("select ssn into x from customers", "customers.ssn:Stored")]
    [InlineData("copy (select ssn from customers) to '/tmp/x'", "customers.ssn:Stored")]
    [InlineData("copy archive(ssn) to program 'cat'", "*:Stored; archive.ssn:Stored")]
    [InlineData("with i as (insert into archive(note) select ssn from customers) select 1", "customers.ssn:Stored")]
    [InlineData("alter table customers alter note type text using ssn", "customers.note:Other; customers.ssn:Stored")]
    public void Values_that_are_kept(string sql, string expected) => LineageRig.Uses(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select pg_notify('x', ssn) from customers")]
    [InlineData("select set_config('a.b', ssn, false) from customers")]
    [InlineData("select pg_advisory_lock(ssn::int) from customers")]
    [InlineData("select pg_sleep(length(ssn)) from customers")]
    [InlineData("select lo_from_bytea(0, ssn::bytea) from customers")]
    [InlineData("select leak(ssn) from customers")]
    [InlineData("select nosuch(ssn) from customers")]
    [InlineData("select ssn === 'x' from customers")]
    [InlineData("call leak((select ssn from customers limit 1))")]
    public void Volatile_functions_may_keep_what_they_are_given(string sql) => LineageRig.Uses(sql).Replace("customers.ssn:Other; ", "", StringComparison.Ordinal).ShouldBe("customers.ssn:Stored");

    /// <summary><c>(x).f</c> and <c>t.f</c> are f(x) and f(t) when there is no such column.</summary>
    [Theory]
    [InlineData("select (('select array_to_tsvector(array[ssn]) from customers'::text).ts_stat).word", "*:Other; *:Stored")]
    [InlineData("select 1 from orders where id = (('select 1'::text).query_to_xml is null)::int", "*:Other; *:Stored; orders.id:Other")]
    [InlineData("create table x as select ('select 1'::text).ts_stat", "*:Other; *:Stored")]
    [InlineData("select (ssn).leak from customers", "customers.ssn:Stored")]
    [InlineData("select (o).leak from orders o", "orders.customer_id:Stored; orders.id:Stored; orders.note:Stored; orders.status:Stored; orders.total:Stored")]
    [InlineData("select archive.leak from archive", "archive.id:Stored; archive.note:Stored; archive.ssn:Stored")]
    [InlineData("select (ssn).lo_creat from customers", "customers.ssn:Stored")]
    [InlineData("select (ssn).chr from customers", "customers.ssn:Other")]
    [InlineData("select (ssn).uuid from customers", "customers.ssn:Other")]
    [InlineData("select ((ssn).substr).int4 from customers", "customers.ssn:Other")]
    [InlineData("select (ssn).upper, ((ssn).lower).reverse, (name).length from customers", "")]
    [InlineData("select (c).ssn, c.ssn, (c.*).id, (pg_catalog.pg_get_keywords()).word from customers c", "")]
    [InlineData("select 1 from customers where ssn = ('s'::text).nextval::text", "customers.ssn:Other")]
    public void A_function_in_attribute_notation_is_a_call(string sql, string expected) => LineageRig.Uses(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select ('/etc/passwd'::text).pg_read_file, (1).peek, (1).leak, (ssn).count from archive", "pg_read_file=?; peek=?; leak=?; count=archive.ssn,archive.ssn>pg_catalog.count")]
    [InlineData("select (('select 1'::text).ts_stat).word, o.peek from orders o", "word=?; peek=orders.customer_id,orders.customer_id>public.peek,orders.id,orders.id>public.peek,orders.note,orders.note>public.peek,orders.status,orders.status>public.peek,orders.total,orders.total>public.peek,?")]
    [InlineData("select q.row_to_json from (select ssn, xmlserialize(content xmlconcat('<a/>') as text) from archive) q", "row_to_json=archive.ssn")]
    public void What_it_gives_is_what_the_function_gives(string sql, string expected) => LineageRig.Result(sql).ShouldBe(expected);

    [Fact]
    public void After_DDL_any_name_behind_a_dot_may_be_a_function() =>
        LineageRig.Uses("select (ssn).nosuch from customers", new() { Catalog = CatalogSnapshot.Empty, SearchPath = ["pg_catalog", "public"] }).ShouldBe("*:Stored");

    /// <summary>The value is masked wherever it is shown; these would tell it by failing, by the number of rows, or by what is never reached.</summary>
    [Theory]
    [InlineData("select 1 / (ascii(ssn) - 57) from customers")]
    [InlineData("select ssn::int from customers")]
    [InlineData("select (to_jsonb(c) ->> 'ssn')::int from customers c")]
    [InlineData("select ssn like '9\' from customers")]
    [InlineData("select ssn ~ '9' from customers")]
    [InlineData("select chr(ascii(ssn)) from customers")]
    [InlineData("select generate_series(1, ascii(ssn)) from customers")]
    [InlineData("select regexp_matches(ssn, '^9') from customers")]
    [InlineData("select 1 from customers c, regexp_matches(c.ssn, '^9')")]
    [InlineData("select 1 from customers c, generate_series(1, ascii(c.ssn))")]
    [InlineData("select 1 from customers c, unnest(string_to_array(c.ssn, '9'))")]
    [InlineData("select 1 from customers c, xmltable('/a' passing (c.ssn::xml) columns x text)")]
    [InlineData("select repeat('x', ascii(ssn)) from customers")]
    [InlineData("select replace(ssn, '9', repeat('x', 1000000)) from customers")]
    [InlineData("select split_part('a', '-', strpos(ssn, '9')) from customers")]
    [InlineData("select coalesce(nullif(substr(ssn, 1, 1), '9'), (1 / (id - 1))::text) from customers")]
    [InlineData("select coalesce(substring(ssn from '^9'), (1 / (id - 1))::text) from customers")]
    [InlineData("select substr(ssn, 1, 1) = '9' and 1 / (id - 1) > 0 from customers")]
    [InlineData("select (substr(ssn, 1, 1), 1 / (id - 1)) = ('9', 1) from customers")]
    [InlineData("select ssn between '9' and (1 / (id - 1))::text from customers")]
    [InlineData("select json_build_object(substring(ssn from '^9'), 1) from customers")]
    [InlineData("select (array[1, 2])[ascii(ssn) / 2] from customers")]
    [InlineData("select similarity(ssn, 'x') from customers")]
    [InlineData("select ('\\' || ssn)::bytea from customers")]
    [InlineData("select length('x', ssn) from customers")]
    [InlineData("select length(note::bytea, substr(ssn, 1, 4)) from customers")]
    [InlineData("select xmlserialize(document xmlelement(name a, ssn) as text) from customers")]
    [InlineData("select ascii(ssn)::\"char\" from customers")]
    [InlineData("select date_trunc('day', now(), ssn) from customers")]
    [InlineData("select sum(length(ssn) * '1 year'::interval), avg(ssn::text) from customers")]
    [InlineData("select sum(ssn) from customers")]
    [InlineData("select avg(ssn) from customers")]
    [InlineData("select age(ssn) from customers")]
    [InlineData("select json_array(ssn format json) from customers")]
    [InlineData("select json_object('a': ssn returning varchar(3)) from customers")]
    [InlineData("select substr(substring(ssn from '^9'), 1, -1) from customers")]
    [InlineData("select lpad(substring(ssn, '^9'), 2000000000) from customers")]
    [InlineData("select lpad('x' || substring(ssn similar '9#\"%#\"' escape '#'), 2000000000) from customers")]
    [InlineData("select split_part(nullif(ssn, '9'), ',', 0) from customers")]
    [InlineData("select substring(substring(ssn from '^9') from '(') from customers")]
    [InlineData("select rpad(x, 2000000000) from (select trim(nullif(left(ssn, 1), '9')) as x from customers) q")]
    [InlineData("select substr((array['x'])[position('9' in ssn)], 1, -1) from customers")]
    [InlineData("select lpad('{\"9\": \"x\"}'::jsonb ->> left(ssn, 1), 2000000000) from customers")]
    [InlineData("select upper(substring(ssn from '^9') || a || b) from customers, (select 'x' collate \"C\" a, 'y' collate \"POSIX\" b) q")]
    [InlineData("select (substring(ssn from '^9') || a || b) = 'x' from customers, (select 'x' collate \"C\" a, 'y' collate \"POSIX\" b) q")]
    [InlineData("select greatest(nullif(ssn, '9') || a || b, 'x') from customers, (select 'x' collate \"C\" a, 'y' collate \"POSIX\" b) q")]
    [InlineData("select nullif(substring(ssn from '^9') || a || b, 'x') from customers, (select 'x' collate \"C\" a, 'y' collate \"POSIX\" b) q")]
    [InlineData("select (substring(ssn from '^9') || a) = any(select b from (select 'x' collate \"C\" a, 'y' collate \"POSIX\" b) q) from customers, (select 'x' collate \"C\" a) p")]
    [InlineData("select max(nullif(ssn, '9') || name || note) from customers")]
    [InlineData("select concat(repeat('x', 1073741810), btrim(ssn, '9')) from customers")]
    [InlineData("select repeat(repeat('x', 1000), 1000) || substring(ssn from '^9') from customers")]
    [InlineData("select jsonb_build_array(x || rtrim(ssn, '9')) from customers, (select rpad('', 268435455) as x) q")]
    [InlineData("select lpad(name, id) || ssn from customers")]
    public void What_may_fail_or_give_several_rows_decides(string sql) => LineageRig.Uses(sql).ShouldMatch("customers.ssn:(Other|Pattern|Range)");

    [Theory]
    [InlineData("select substr(ssn, 1, 3), left(ssn, 1), upper(ssn), md5(ssn), length(ssn), reverse(ssn), 'x' || ssn from customers")]
    [InlineData("select nullif(ssn, ''), position('@' in ssn), strpos(ssn, '9'), json_array(ssn), date_trunc('day', id, 'UTC') from customers")]
    [InlineData("select convert_to('x', 'UTF8'), ssn::varchar(3), replace(ssn, '-', ''), split_part(ssn, '-', 1) from customers")]
    [InlineData("select row_to_json(c), to_jsonb(c) ->> 'ssn', json_build_object('a', ssn), c::text from customers c")]
    [InlineData("select array_agg(ssn), string_agg(ssn, ','), max(ssn), count(ssn), array(select ssn from archive) from customers")]
    [InlineData("select ssn = '1', ssn <> name, greatest(ssn, name), lag(ssn) over (), (ssn, 1) from customers")]
    [InlineData("select 1 / id, id::text::int, generate_series(1, id), name ~ 'x' from customers")]
    [InlineData("select substring(ssn from '[0-9]+$'), 'x' || nullif(ssn, ''), concat(name, nullif(trim(ssn), '')), to_jsonb(c) -> 'ssn' ->> 'a' from customers c")]
    [InlineData("select substr(ssn, 1, -1), lpad(ssn, 9, '0'), upper(substring(ssn from 1 for 3)), left(substring(ssn, 2), 1), reverse(nullif(ssn, '')) from customers")]
    [InlineData("select repeat('*', 5) || right(ssn, 4), lpad(ssn, 20, ' ') || name, rpad(left(ssn, 3), 11, '*'), repeat('-', 80), json_build_array(replace(note, 'a', 'bb'), ssn) from customers")]
    [InlineData("select upper(substring(name from '^9')), lpad(nullif(note, ''), 9) from customers")]
    public void What_always_gives_one_result_does_not(string sql) => LineageRig.Uses(sql).ShouldNotContain("ssn");

    /// <summary>Rows that a query makes up would find the value, and show it: they are not masked.</summary>
    [Theory]
    [InlineData("select g.x from customers c join (select '900-45-' || i as x from generate_series(1000, 9999) i) g on g.x = c.ssn")]
    [InlineData("select x from customers c, generate_series(1, 9) x where c.ssn = x::text")]
    [InlineData("select v.x from customers c join (values ('a'), ('b')) v(x) on v.x = c.ssn")]
    [InlineData("select v.ssn from customers c join (values ('a'), ('b')) v(ssn) using (ssn)")]
    [InlineData("select v.ssn from customers c natural join (select 'a' as ssn) v")]
    [InlineData("select 1 from customers where ssn in (select i::text from generate_series(1, 9) i)")]
    [InlineData("select 1 from customers where ssn = any (array(select i::text from generate_series(1, 9) i))")]
    [InlineData("select 1 from customers where (id, ssn) in (select 1, i::text from generate_series(1, 9) i)")]
    [InlineData("select o.id from customers c join orders o on c.ssn = '900-45-' || o.id")]
    [InlineData("with recursive r(n) as (select 1 union all select n + 1 from r) select n from r join customers on ssn = n::text")]
    [InlineData("with g as (select status as x from orders union all select i::text from generate_series(1, 9) i) select x from g join customers on ssn = x")]
    [InlineData("with g as (select 'a' as x) select x from g join customers on ssn = x")]
    [InlineData("select 1 from customers c where c.ssn = (select case when exists (select 1 from orders o where o.id = c.id) then '1' end)")]
    [InlineData("select 1 from customers where (id, ssn) in (select id, nextval('s')::text from orders)")]
    [InlineData("select 1 from customers where (id, ssn) = (select 1, nextval('s')::text)")]
    [InlineData("select case ssn when x::text then x end from customers, generate_series(1, 9) x")]
    [InlineData("select 1 from customers where ssn = ctid::text")]
    [InlineData("select t.x from customers join unknown_so_far t on t.x = ssn")]
    [InlineData("delete from customers using generate_series(1, 9) x where ssn = x::text")]
    public void Equality_with_what_a_query_makes_up_is_a_search(string sql) => LineageRig.Uses(sql).ShouldContain("customers.ssn:Other");

    [Fact]
    public void A_prepared_query_made_into_a_table_stores_what_it_returns()
    {
        var prepared = new SqlStatement
        {
            Text = "",
            Facts = new() { Protocol = "postgres", Understood = true, Plumbing = false, Accesses = [], Effects = Effects.Read, Fingerprint = "", ColumnUses = [new("public.customers.id", ColumnUseKind.Range)] },
            Result = [new("ssn", [new("public.customers.ssn", [])], false)],
            Command = SqlCommand.Other,
        };
        var context = LineageRig.Context with { Prepared = name => name == "p" ? prepared : null };
        LineageRig.Uses("create table x as execute p(1)", context).ShouldBe("customers.id:Range; customers.ssn:Stored");
        LineageRig.Uses("create table x as execute q", context).ShouldBe("*:Stored");
    }

    [Fact]
    public void A_statement_too_large_to_follow_is_opaque_and_may_do_anything()
    {
        var sql = string.Concat(Enumerable.Range(0, 14).Select(static i => $"with recursive r{i} as (")) + "select ssn from customers" +
            string.Concat(Enumerable.Range(0, 14).Select(static i => $") select * from r{13 - i}"));
        LineageRig.Result(sql).ShouldBe("none");
        LineageRig.Uses(sql).ShouldBe("*:Other; *:Stored");
    }
}
