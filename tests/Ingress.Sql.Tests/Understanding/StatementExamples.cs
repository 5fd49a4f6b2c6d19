namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>At least one text for every statement of the grammar: the rows of docs/effects.md. The first word is the node it is about.</summary>
static class StatementExamples
{
    public static readonly (string Section, string Texts)[] Sections =
    [
        ("Queries", """
            SelectStmt select name from customers where id = 1
            SelectStmt values (1), (2)
            SelectStmt select * into copied from customers
            SelectStmt select * from customers for update
            InsertStmt insert into orders values (1)
            InsertStmt insert into orders select * from staging
            InsertStmt insert into orders values (1) on conflict (id) do nothing
            InsertStmt insert into orders values (1) on conflict (id) do update set paid = true
            InsertStmt insert into orders values (1) returning id
            UpdateStmt update orders set paid = true where id = 1
            UpdateStmt update orders set paid = true
            DeleteStmt delete from orders where id = 1
            DeleteStmt delete from orders where 1 = 1
            MergeStmt merge into orders using staging s on s.id = orders.id when matched then delete when not matched then insert values (1)
            MergeStmt merge into orders using staging s on true when matched then delete
            CopyStmt copy orders to stdout
            CopyStmt copy orders from stdin
            CopyStmt copy orders to '/tmp/orders'
            CopyStmt copy orders to program 'mail somebody'
            """),
        ("Code", """
            CallStmt call pay(1)
            DoStmt do $$ begin execute text_of_it; end $$
            LoadStmt load 'library'
            CreateFunctionStmt create function f() returns int language sql as 'select 1'
            CreateFunctionStmt create function f() returns int language c as 'library'
            CreateFunctionStmt create function f() returns int language sql security definer as 'select 1'
            ReturnStmt create function f() returns int return (select id from orders)
            AlterFunctionStmt alter function f() security definer
            CreateTrigStmt create trigger t before insert on orders for each row execute function f()
            CreateEventTrigStmt create event trigger t on ddl_command_start execute function f()
            AlterEventTrigStmt alter event trigger t disable
            RuleStmt create rule r as on insert to orders do instead delete from customers
            CreateCastStmt create cast (int as text) with function f(int)
            CreateTransformStmt create transform for hstore language plperl (from sql with function f(internal))
            CreateConversionStmt create conversion c for 'LATIN1' to 'UTF8' from f
            CreatePLangStmt create language plnew handler f
            CreateAmStmt create access method m type index handler f
            CreateExtensionStmt create extension dblink
            AlterExtensionStmt alter extension dblink update
            AlterExtensionContentsStmt alter extension dblink add table orders
            """),
        ("Session and transaction", """
            TransactionStmt begin
            TransactionStmt commit
            TransactionStmt prepare transaction 'id'
            ConstraintsSetStmt set constraints all deferred
            VariableSetStmt set statement_timeout = '5s'
            VariableSetStmt set role admin
            VariableShowStmt show all
            DiscardStmt discard all
            ListenStmt listen news
            UnlistenStmt unlisten news
            NotifyStmt notify news, 'text'
            LockStmt lock table orders
            PrepareStmt prepare p as delete from orders
            ExecuteStmt prepare p as delete from orders; execute p
            ExecuteStmt execute p
            DeallocateStmt deallocate p
            DeclareCursorStmt declare c cursor for select * from orders
            FetchStmt fetch all from c
            ClosePortalStmt close c
            ExplainStmt explain delete from orders
            ExplainStmt explain analyze delete from orders
            """),
        ("Tables and other objects", """
            CreateStmt create table t (id int references orders)
            CreateStmt create temp table t (id int)
            CreateTableAsStmt create table t as select * from orders
            AlterTableStmt alter table orders add column note text
            AlterTableStmt alter table orders drop column note
            AlterTableStmt alter table orders alter column note type int using note::int
            AlterTableStmt alter table orders disable trigger all
            AlterTableStmt alter table orders disable row level security
            AlterTableStmt alter table orders owner to somebody
            ViewStmt create view v as select * from orders
            RefreshMatViewStmt refresh materialized view v
            IndexStmt create index on orders (id)
            CreateStatsStmt create statistics s on id, note from orders
            AlterStatsStmt alter statistics s set statistics 10
            CreateSeqStmt create sequence s
            AlterSeqStmt alter sequence s restart
            CreateSchemaStmt create schema s
            CompositeTypeStmt create type t as (a int)
            CreateEnumStmt create type t as enum ('a')
            AlterEnumStmt alter type t add value 'b'
            CreateRangeStmt create type t as range (subtype = int)
            AlterTypeStmt alter type t set (storage = plain)
            CreateDomainStmt create domain d as int check (value > 0)
            AlterDomainStmt alter domain d drop not null
            DefineStmt create aggregate sum2(int) (sfunc = f, stype = int)
            DefineStmt create operator === (leftarg = int, rightarg = int, function = f)
            CreateOpClassStmt create operator class c for type int using btree as operator 1 <
            CreateOpFamilyStmt create operator family f using btree
            AlterOpFamilyStmt alter operator family f using btree add operator 1 < (int, int)
            AlterOperatorStmt alter operator === (int, int) set (restrict = eqsel)
            AlterCollationStmt alter collation c refresh version
            AlterTSDictionaryStmt alter text search dictionary d (stopwords = 'english')
            AlterTSConfigurationStmt alter text search configuration c drop mapping for word
            AlterObjectDependsStmt alter function f() depends on extension dblink
            AlterObjectSchemaStmt alter table orders set schema archive
            AlterTableMoveAllStmt alter table all in tablespace a set tablespace b
            RenameStmt alter table orders rename to old_orders
            ReplicaIdentityStmt alter table orders replica identity full
            CommentStmt comment on table orders is 'text'
            DropStmt drop table orders
            DropStmt drop function f()
            DropStmt drop schema s cascade
            TruncateStmt truncate orders
            """),
        ("Rights", """
            GrantStmt grant select on orders to somebody
            GrantStmt revoke execute on function f() from public
            GrantRoleStmt grant admin to somebody
            AlterDefaultPrivilegesStmt alter default privileges grant select on tables to public
            AlterOwnerStmt alter function f() owner to somebody
            CreatePolicyStmt create policy p on orders using (true)
            AlterPolicyStmt alter policy p on orders using (true)
            SecLabelStmt security label on table orders is 'public'
            CreateRoleStmt create role somebody superuser
            CreateRoleStmt create role somebody in role admin
            AlterRoleStmt alter role somebody superuser
            AlterRoleSetStmt alter role somebody set search_path = app
            DropRoleStmt drop role somebody
            DropOwnedStmt drop owned by somebody
            ReassignOwnedStmt reassign owned by somebody to admin
            """),
        ("The server and other servers", """
            VacuumStmt vacuum full orders
            VacuumStmt analyze orders
            ClusterStmt cluster orders
            ReindexStmt reindex table orders
            CheckPointStmt checkpoint
            CreatedbStmt create database d
            AlterDatabaseStmt alter database d connection limit 1
            AlterDatabaseSetStmt alter database d set work_mem = '1MB'
            AlterDatabaseRefreshCollStmt alter database d refresh collation version
            DropdbStmt drop database d
            CreateTableSpaceStmt create tablespace s location '/disk'
            AlterTableSpaceOptionsStmt alter tablespace s set (seq_page_cost = 1)
            DropTableSpaceStmt drop tablespace s
            AlterSystemStmt alter system set archive_command = 'program'
            CreateFdwStmt create foreign data wrapper w handler f
            AlterFdwStmt alter foreign data wrapper w options (set a 'b')
            CreateForeignServerStmt create server s foreign data wrapper w
            AlterForeignServerStmt alter server s options (set host 'h')
            CreateForeignTableStmt create foreign table t (id int) server s
            ImportForeignSchemaStmt import foreign schema far from server s into near
            CreateUserMappingStmt create user mapping for somebody server s
            AlterUserMappingStmt alter user mapping for somebody server s options (set password 'p')
            DropUserMappingStmt drop user mapping for somebody server s
            CreatePublicationStmt create publication p for table orders
            AlterPublicationStmt alter publication p add table customers
            CreateSubscriptionStmt create subscription s connection 'host=h' publication p
            AlterSubscriptionStmt alter subscription s disable
            DropSubscriptionStmt drop subscription s
            """),
    ];

    public static IEnumerable<(string Section, string Node, string Sql)> All() =>
        from section in Sections
        from line in section.Texts.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        let parts = line.Split(' ', 2)
        select (section.Section, parts[0], parts[1]);
}
