using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Lineage;

/// <summary>What leaves a masked value where its column's name does not reach, in statements that look as if they moved nothing.</summary>
public sealed class OutOfSightTests
{
    static readonly CatalogSnapshot Catalog = LineageRig.Catalog with
    {
        Relations = LineageRig.Catalog.Relations.Values.Concat(
        [
            LineageRig.Relation("public.folk", 'r', "id ssn own"),
            LineageRig.Relation("public.kid", 'r', "id ssn", parents: ["public.folk"]),
            LineageRig.Relation("public.numbers", 'S', "last_value"),
            LineageRig.Relation("public.cards", 'r', "number owner") is var cards ? cards with { Columns = [cards.Columns[0] with { InPrimaryKey = true }, cards.Columns[1]] } : null!,
            LineageRig.Relation("public.split", 'p', "id ssn") is var split ? split with { Columns = [split.Columns[0], split.Columns[1] with { InPartitionKey = true }] } : null!,
            LineageRig.Relation("public.plain", 'v', "id name", "SELECT customers.id, customers.name FROM public.customers;"),
            LineageRig.Relation("public.mv_v", 'm', "tax", "SELECT v.tax FROM public.v;"),
            LineageRig.Relation("public.mv_mv", 'm', "tax", "SELECT mv_v.tax FROM public.mv_v;"),
            LineageRig.Relation("public.mv_plain", 'm', "name", "SELECT q.name FROM ( SELECT plain.name FROM public.plain) q;"),
            LineageRig.Relation("pg_catalog.pg_class", 'r', "oid relname relpartbound"),
        ]).GroupBy(static r => r.QualifiedName).ToDictionary(static g => g.Key, static g => g.Last()),
    };

    static readonly SqlContext Context = LineageRig.Context with { Catalog = Catalog };

    static string Uses(string sql) => LineageRig.Uses(sql, Context);

    [Theory]
    [InlineData("alter index public.archive rename to people2", "archive.id:Stored; archive.note:Stored; archive.ssn:Stored")]
    [InlineData("alter view archive rename to people2", "archive.id:Stored; archive.note:Stored; archive.ssn:Stored")]
    [InlineData("alter sequence archive rename to people2", "archive.id:Stored; archive.note:Stored; archive.ssn:Stored")]
    [InlineData("alter foreign table archive rename to people2", "archive.id:Stored; archive.note:Stored; archive.ssn:Stored")]
    [InlineData("alter materialized view archive set schema elsewhere", "archive.id:Stored; archive.note:Stored; archive.ssn:Stored")]
    [InlineData("alter sequence archive set schema elsewhere", "archive.id:Stored; archive.note:Stored; archive.ssn:Stored")]
    [InlineData("alter sequence numbers rename to n", "numbers.last_value:Stored")]
    [InlineData("alter index \"a.b\" rename to c", "*:Stored")]
    [InlineData("alter sequence unheard_of rename to b", "*:Stored")]
    [InlineData("alter function leak() rename to count", "*:Stored")]
    [InlineData("alter aggregate total(int) set schema elsewhere", "*:Stored")]
    [InlineData("alter operator === (int, int) set schema pg_catalog", "*:Stored")]
    [InlineData("alter index i rename to j", "")]
    [InlineData("alter type mood rename to feeling", "")]
    [InlineData("alter domain d set schema elsewhere", "")]
    [InlineData("alter table customers rename constraint a to b", "")]
    public void Whatever_kind_the_statement_names_the_relation_is_renamed(string sql, string expected) => Uses(sql).ShouldBe(expected);

    [Fact]
    public void After_a_change_in_the_same_text_no_index_is_surely_one() =>
        new SqlAnalyzer().Analyze("create table x (id int); alter index customers rename to y", Context).Statements[1].Facts.ColumnUses.ShouldContain(static u => u.Column == "*");

    [Theory]
    [InlineData("alter table badges alter last4 drop expression", "badges.ssn:Stored")]
    [InlineData("alter table badges alter last4 set expression as (id)", "badges.ssn:Stored")]
    [InlineData("create table k (c text generated always as (ssn) stored) inherits (folk)", "folk.ssn:Stored")]
    [InlineData("create table k (check (ssn like '9%')) inherits (folk)", "folk.ssn:Stored")]
    [InlineData("create table k (unique (ssn)) inherits (folk)", "folk.ssn:Group")]
    [InlineData("create table k (id int, note text default leak())", "*:Stored")]
    [InlineData("create domain d as text default leak()", "*:Stored")]
    [InlineData("alter domain d set default leak()", "*:Stored")]
    public void Columns_that_fill_themselves_take_values_along(string sql, string expected) => Uses(sql).ShouldContain(expected);

    [Theory]
    [InlineData("create table k (id int default nextval('s'), at timestamptz default now(), n text collate \"C\" check (n <> '' and id > 0), d int generated always as (id * 2) stored)")]
    [InlineData("create table k (like badges including all)")]
    [InlineData("create table k (like badges, check (ssn <> ''))")]
    [InlineData("create table k (note text) inherits (folk)")]
    [InlineData("create table k of mytype (id with options check (id > 0))")]
    [InlineData("create domain d as text check (value <> '')")]
    [InlineData("create temp table k (id int primary key)")]
    public void A_new_table_takes_nothing_along(string sql) => Uses(sql).ShouldBe("");

    [Theory]
    [InlineData("alter table only folk drop column ssn", "folk.ssn:Stored; kid.ssn:Stored")]
    [InlineData("alter table folk drop column ssn", "folk.ssn:Stored; kid.ssn:Stored")]
    [InlineData("alter table people drop column ssn", "")]
    [InlineData("alter table folk drop column own", "")]
    [InlineData("alter table kid drop column own", "")]
    [InlineData("alter table unheard_of drop column a", "*:Stored")]
    [InlineData("alter table split detach partition people_1 finalize", "people.id:Stored; people.ssn:Stored; people_1.id:Stored; people_1.ssn:Stored; people_1a.id:Stored; people_1a.ssn:Stored")]
    public void Heirs_lose_the_name_that_is_masked(string sql, string expected) => Uses(sql).ShouldBe(expected);

    [Theory]
    [InlineData("refresh materialized view mv", "customers.ssn:Stored")]
    [InlineData("refresh materialized view concurrently mv_mv", "customers.ssn:Stored")]
    [InlineData("create or replace view v as select id, name as full_name, name as tax from customers", "customers.ssn:Stored")]
    [InlineData("create or replace view public.v as select 1 as id, 'x' as full_name, 'y' as tax", "customers.ssn:Stored")]
    [InlineData("create or replace view plain as select id, ssn as name from customers", "customers.ssn:Stored")]
    public void Stored_views_keep_what_they_were_filled_with(string sql, string expected) => Uses(sql).ShouldContain(expected);

    [Theory]
    [InlineData("refresh materialized view mv_plain", "customers.ssn")]
    [InlineData("create or replace view plain as select id, email as name, ssn as extra from customers", "customers.ssn")]
    [InlineData("create or replace view vv as select full_name as who, tax as digits, 1::bigint as n from v", "customers.ssn")]
    [InlineData("create or replace temp view v as select 1 as id", "customers.ssn")]
    [InlineData("create view w as select ssn from customers", "customers.ssn")]
    public void Those_without_secrets_may_be_filled_and_changed(string sql, string no) => Uses(sql).ShouldNotContain(no);

    [Fact]
    public void A_stored_view_that_cannot_be_read_stands_on_everything()
    {
        var broken = LineageRig.Relation("public.mv_broken", 'm', "a", "SELEKT");
        var context = Context with { Catalog = Catalog with { Relations = Catalog.Relations.Values.Append(broken).ToDictionary(static r => r.QualifiedName) } };
        LineageRig.Uses("create or replace view plain as select id, name from customers", context).ShouldContain("*:Stored");
        LineageRig.Uses("refresh materialized view mv_broken", context).ShouldContain("*:Stored");
        LineageRig.Uses("refresh materialized view unheard_of", context).ShouldBe("*:Stored");
    }

    [Theory]
    [InlineData("insert into orders (id, note[(select total from orders limit 1)]) values (1, 7)", "orders.total:Stored")]
    [InlineData("insert into orders (id, note[(select ssn from customers)::int]) values (1, 7)", "customers.ssn:Stored")]
    [InlineData("insert into orders (note[1:(select length(ssn) from customers)]) select 1", "customers.ssn:Stored")]
    [InlineData("with x as (select ssn from customers) insert into orders (note[(select ssn from x)]) values (1)", "customers.ssn:Stored")]
    [InlineData("update orders set note[(select ssn from customers)::int] = 7", "customers.ssn:Stored")]
    [InlineData("insert into orders (id) values (1) on conflict (id) do update set note[(select ssn from customers)::int] = 7", "customers.ssn:Stored")]
    [InlineData("merge into orders o using customers c on c.id = o.id when not matched then insert (note[c.ssn::int]) values (7)", "customers.ssn:Stored")]
    [InlineData("merge into orders o using customers c on c.id = o.id when matched then update set note[c.ssn::int] = 7", "customers.ssn:Stored")]
    public void Where_in_an_array_a_value_is_put_is_a_value_too(string sql, string expected) => Uses(sql).ShouldContain(expected);

    [Theory]
    [InlineData("create table g (x text references cards)", "cards.number:Other")]
    [InlineData("create table g (x text, foreign key (x) references cards)", "cards.number:Other")]
    [InlineData("alter table orders add foreign key (note) references cards", "cards.number:Other; orders.note:Other")]
    [InlineData("create table g (x text references archive)", "archive.id:Other; archive.note:Other; archive.ssn:Other")]
    [InlineData("create table g (x text references unheard_of)", "*:Other")]
    public void A_foreign_key_without_columns_asks_the_primary_key(string sql, string expected) => Uses(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select pg_get_expr(relpartbound, oid) from pg_class", "pg_get_expr=pg_class.oid>pg_catalog.pg_get_expr,pg_class.relpartbound>pg_catalog.pg_get_expr,split.ssn")]
    [InlineData("select relname from pg_class", "relname=pg_class.relname")]
    [InlineData("select pg_get_partition_constraintdef(1)", "pg_get_partition_constraintdef=?")]
    public void Bounds_of_partitions_are_values_of_their_keys(string sql, string expected) =>
        LineageRig.Result(sql, Context).Replace("pg_catalog.pg_class", "pg_class", StringComparison.Ordinal).ShouldBe(expected);
}
