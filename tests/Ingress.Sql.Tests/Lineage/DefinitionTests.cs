using Hoop.Contracts.Operations;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Lineage;

/// <summary>DDL that takes masked values out of sight, or asks about them.</summary>
public sealed class DefinitionTests
{
    [Theory]
    [InlineData("create view x as select id from customers where ssn like '1%'", "customers.ssn:Pattern")]
    [InlineData("create or replace temp view x as select id from customers order by ssn", "customers.ssn:Order")]
    [InlineData("create schema s create view x as select id from customers where ssn like '1%'", "customers.ssn:Pattern")]
    [InlineData("create view x as select ssn from customers", "")]
    public void The_predicates_of_a_view_count_when_it_is_made(string sql, string expected) => LineageRig.Uses(sql).ShouldBe(expected);

    [Theory]
    [InlineData("do $$ begin insert into archive select * from customers; end $$")]
    [InlineData("create function f() returns text language sql as 'select ssn from customers'")]
    [InlineData("create procedure f() language sql as 'insert into archive(note) select ssn from customers'")]
    [InlineData("alter function f() stable")]
    [InlineData("create trigger t after update on customers for each row execute function f()")]
    [InlineData("create event trigger t on ddl_command_end execute function f()")]
    [InlineData("create rule r as on update to customers do also insert into archive(note) values (old.ssn)")]
    [InlineData("create aggregate keep(text, boolean) (sfunc = set_config, stype = text, initcond = 'a.b')")]
    [InlineData("create cast (text as integer) with function f(text) as implicit")]
    [InlineData("create extension dblink")]
    [InlineData("create foreign table f (x text) server loopback options (table_name 'customers')")]
    [InlineData("alter foreign table f options (set table_name 'customers')")]
    [InlineData("import foreign schema public from server loopback into x")]
    [InlineData("create foreign data wrapper w handler h")]
    [InlineData("create access method m type table handler h")]
    [InlineData("alter extension hstore update")]
    [InlineData("load '/tmp/lib.so'")]
    [InlineData("alter system set archive_command = 'psql -c \"create table t as table customers\"'")]
    [InlineData("alter role somebody set session_preload_libraries = 'lib'")]
    [InlineData("copy archive from program 'psql -c \"table customers\"'")]
    [InlineData("copy (select 1) to program 'psql -c \"create table t as table customers\"'")]
    [InlineData("copy archive from '/var/log/postgresql.log'")]
    [InlineData("alter type t rename attribute a to b")]
    [InlineData("alter table unheard_of rename a to b")]
    [InlineData("set temp_file_limit = '100kB'")]
    [InlineData("set local Temp_File_Limit to 100")]
    [InlineData("select set_config('temp_file_limit', '100', false)")]
    [InlineData("select set_config(is_local => false, setting_name => 'temp_file_limit'::text, new_value => '100')")]
    [InlineData("select set_config($1, '100', false)")]
    [InlineData("select set_config(name, '100', false) from pg_settings where name = 'temp_file_limit'")]
    [InlineData("select set_config(name, '100', false) from pg_settings where name ~ 'file_limit'")]
    [InlineData("select set_config(note, '100', false) from orders where note = 'work_mem'")]
    [InlineData("select (select set_config(o.name, '100', false) from orders where note = 'work_mem') from pg_settings where name = 'work_mem'")]
    [InlineData("update pg_settings set setting = '100' where name = 'temp_file_limit'")]
    [InlineData("update pg_settings set setting = '100' where name like 'temp_file_limi%'")]
    [InlineData("select query_to_xml('select set_config(''a.b'', ssn, false) from customers', true, true, '')")]
    [InlineData("select * from ts_stat('select to_tsvector(ssn) from customers')")]
    public void Code_and_links_may_take_any_column_along(string sql) => LineageRig.Uses(sql).ShouldContain("*:Stored");

    [Theory]
    [InlineData("alter system set work_mem = '64MB'")]
    [InlineData("alter system reset archive_command")]
    [InlineData("reset temp_file_limit")]
    [InlineData("set work_mem = '64kB'")]
    [InlineData("select set_config(name, 'view, foreign-table', false) from pg_settings where name = 'restrict_nonsystem_relation_kind'")]
    [InlineData("select set_config('search_path', '', false), pg_catalog.set_config('app.user'::text, $1, true)")]
    [InlineData("alter database shop set statement_timeout = 1000")]
    [InlineData("copy archive from stdin")]
    [InlineData("copy orders to '/tmp/orders.csv'")]
    public void What_runs_no_code_takes_nothing_along(string sql) => LineageRig.Uses(sql).ShouldNotContain("*:");

    [Theory]
    [InlineData("update pg_catalog.pg_class set relname = 'people2' where relname = 'customers'", true)]
    [InlineData("update pg_class set relname = 'people2' where relname = 'customers'", true)]
    [InlineData("with w as (delete from pg_class returning *) select 1", true)]
    [InlineData("merge into pg_class c using orders o on false when matched then update set relname = 'x'", true)]
    [InlineData("insert into pg_rewrite select", true)]
    [InlineData("copy pg_attribute from stdin", true)]
    [InlineData("update listed set called = 'people2' where called = 'customers'", true)]
    [InlineData("update pg_settings set setting = 'hex' where name = 'bytea_output'", false)]
    [InlineData("update orders set note = (select relname from pg_class limit 1)", false)]
    public void Who_writes_to_the_catalogs_renames_what_he_likes(string sql, bool hides)
    {
        if (hides) LineageRig.Uses(sql).ShouldContain("*:Stored");
        else LineageRig.Uses(sql).ShouldNotContain("*:Stored");
    }

    [Theory]
    [InlineData("update fresh set called = 'harmless'", true)]
    [InlineData("delete from public.fresh", true)]
    [InlineData("insert into made values (1)", false)]
    [InlineData("update public.made set id = 1", false)]
    public void What_is_changed_where_no_name_is_known_may_be_a_view_of_the_catalogs(string sql, bool hides)
    {
        var uses = LineageRig.Uses(sql, new() { Catalog = Sql.Catalog.CatalogSnapshot.Changed, SearchPath = ["pg_catalog", "public"], IsPlainTable = static name => name == "public.made" });
        if (hides) uses.ShouldContain("*:Stored");
        else uses.ShouldNotContain("*:Stored");
    }

    [Theory]
    [InlineData("copy archive from stdin where peek(1) like '1%'", "*:Pattern")]
    [InlineData("copy archive from stdin where ssn like '1%'", "")]
    public void A_load_may_be_filtered_by_what_comes(string sql, string expected) => LineageRig.Uses(sql).ShouldBe(expected);

    [Theory]
    [InlineData("alter table customers rename column ssn to harmless", "customers.ssn:Stored")]
    [InlineData("alter table customers rename ssn to harmless", "customers.ssn:Stored")]
    [InlineData("alter table customers rename column name to title", "customers.name:Stored")]
    [InlineData("alter table people rename ssn to harmless", "people.ssn:Stored; people_1.ssn:Stored; people_1a.ssn:Stored")]
    [InlineData("alter view v rename column tax to harmless", "v.tax:Stored")]
    [InlineData("alter table archive rename to people2", "archive.id:Stored; archive.note:Stored; archive.ssn:Stored")]
    [InlineData("alter table archive set schema elsewhere", "archive.id:Stored; archive.note:Stored; archive.ssn:Stored")]
    [InlineData("alter schema secret rename to elsewhere", "secret.accounts.iban:Stored; secret.accounts.id:Stored")]
    [InlineData("alter table people detach partition people_1", "people.id:Stored; people.ssn:Stored; people_1.id:Stored; people_1.ssn:Stored; people_1a.id:Stored; people_1a.ssn:Stored")]
    [InlineData("alter table people_1a no inherit people_1", "people.id:Stored; people.ssn:Stored; people_1.id:Stored; people_1.ssn:Stored; people_1a.id:Stored; people_1a.ssn:Stored")]
    [InlineData("alter index i rename to j", "")]
    [InlineData("alter table customers rename constraint a to b", "")]
    [InlineData("alter table customers add column x text, drop column note, alter name set default 'x'", "")]
    public void Another_name_is_another_place(string sql, string expected) => LineageRig.Uses(sql).ShouldBe(expected);

    [Theory]
    [InlineData("alter table customers add constraint c check (ssn like '1%')", "customers.ssn:Stored")]
    [InlineData("alter table customers add unique (ssn)", "customers.ssn:Group")]
    [InlineData("alter table customers add foreign key (ssn) references archive (ssn)", "archive.ssn:Other; customers.ssn:Other")]
    [InlineData("create table guesses (x text references customers (ssn))", "customers.ssn:Other")]
    [InlineData("alter table customers add exclude using btree (ssn with =)", "customers.ssn:Other")]
    [InlineData("create unique index on customers (ssn)", "customers.ssn:Group")]
    [InlineData("create index on customers (ssn)", "")]
    [InlineData("alter table customers alter ssn type \"char\"", "customers.ssn:Other")]
    [InlineData("alter table customers alter ssn set not null", "customers.ssn:NullTest")]
    [InlineData("alter domain d add check (value like '1%')", "*:Other")]
    [InlineData("create policy p on orders using (exists (select 1 from customers where ssn like '1%'))", "customers.ssn:Pattern")]
    [InlineData("cluster archive using i", "archive.id:Order; archive.note:Order; archive.ssn:Order")]
    [InlineData("create statistics s on (1 / (ascii(ssn) - 57)), id from customers", "customers.ssn:Other")]
    [InlineData("alter table archive attach partition people_1a for values from ('1') to ('5')", "people_1a.ssn:Other")]
    [InlineData("create table x partition of archive for values from ('1') to ('5')", "archive.ssn:Other")]
    [InlineData("create table x (id int primary key, o int references orders (id), n text unique)", "orders.id:Other")]
    public void Checks_over_stored_rows_ask_about_them(string sql, string expected) => LineageRig.Uses(sql).ShouldContain(expected);

    [Theory]
    [InlineData("selekt ssn from customers")]
    [InlineData("set search_path to default; select ssn from customers")]
    public void What_is_not_understood_may_use_any_column(string sql)
    {
        var statement = new SqlAnalyzer().Analyze(sql, LineageRig.Context).Statements[^1];
        statement.Facts.Understood.ShouldBeFalse();
        statement.Facts.ColumnUses.ShouldContain(u => u.Column == "*" && u.Kind == ColumnUseKind.Stored);
    }
}
