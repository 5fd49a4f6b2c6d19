using System.Text;
using Hoop.Ingress.Tests.Protocols.Postgres;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>
/// Ways for a masked value into a table of the session's own, or to have one told by it. A statement marked with <c>!</c> is refused, one marked with <c>?</c> shows
/// the session's table as nobody knows it; whatever is not marked must run. No value may come back, ever.
/// </summary>
public sealed class OwnTableAttackTests
{
    private const string Mask = """

        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: redact, except: [dba] }
        """;

    private const string Rules = RealGateRig.Everything + Mask;

    /// <summary>Code that an administrator made, and that writes by bare names.</summary>
    private const string Script = RealGateRig.Script + """
        create table trail (x text);
        create function writes() returns int language plpgsql as $$ begin insert into trail select ssn from customers; return 1; end $$;
        create function keeps() returns trigger language plpgsql as $$ begin insert into trail select ssn from customers where id = new.id; return new; end $$;
        create function tells() returns text language sql stable as 'select ssn from customers where id = 7';
        create function reads() returns bigint language sql stable as 'select count(*) from orders';
        create table watched (id int primary key, note text);
        create trigger keep after insert or update on watched for each row execute function keeps();
        create table waited (id int primary key);
        create constraint trigger keep after insert on waited deferrable initially deferred for each row execute function keeps();
        create table defaulted (id int, note text default tells(), n int default writes());
        create domain filled as text default tells();
        create table of_domain (id int, note filled);
        create table checked (id int check (writes() > 0));
        create function loud(x int) returns int language plpgsql immutable as $$ begin perform 1; return x; end $$;
        create table indexed (id int);
        create index on indexed (loud(id));
        create view calls as select writes() as n;
        create table parent (id int primary key); insert into parent values (7);
        create table child (id int references parent on delete cascade);
        insert into child values (7);
        create function gone() returns trigger language plpgsql as $$ begin insert into trail select ssn from customers where id = old.id; return old; end $$;
        create trigger gone after delete on child for each row execute function gone();
        """;

    private static readonly string[] Scripts =
    [
        // Straight copies.
        "create temp table t (id int, x text);; !insert into t select id, ssn from customers",
        "create temp table t (id int, x text);; insert into t values (7, '');; !update t set x = ssn from customers c where c.id = t.id",
        "create temp table t (id int, x text);; insert into t values (7, '');; !update t set (id, x) = (select c.id, ssn from customers c where c.id = 7)",
        "create temp table t (id int primary key, x text);; !insert into t values (7, '') on conflict (id) do update set x = (select ssn from customers where id = 7)",
        "create temp table t (id int, x text);; !merge into t using customers c on c.id = t.id when not matched then insert values (c.id, c.ssn)",
        "create temp table t (id int, x text);; !with d as (update customers set name = 'q' returning id, ssn) insert into t select * from d",
        "create temp table t (id int, x text);; !with s as (select (c).ssn from customers c) insert into t select 1, ssn from s",
        "create temp table t (id int, x text);; !insert into t select id, n::text from ssn_numbers",
        "!create temp table t as table customers",
        "!create temp table t as select c from customers c",
        "!select ssn into temp t from customers",
        "!select id, ssn into pg_temp.t from customers",
        "!create table pg_temp.t as select reverse(ssn) as x from customers",
        "prepare p as select ssn as x from customers;; !create temp table t as execute p",
        "create temp table t (x text);; prepare p(int) as insert into t select ssn from customers where id = $1;; !execute p(7);; select x from t",
        "create temp view v as select id, ssn as x from customers;; !create temp table t as select x from v",
        "create temp table customers as select id, name as ssn from public.customers;; !insert into customers select id, ssn from public.customers",
        "create temp table t (a int[]);; !insert into t (a[(select right(ssn, 4)::int from customers where id = 7)]) values (1)",
        "!create temp table t (x text default (array(select ssn from customers))[1])",
        "!create temp table t as select tells() as x",
        "create temp table t (x text);; !insert into t values (tells())",
        "create temp table t (x text);; !insert into t select count(*)::text from customers where ssn < '901'",
        "create temp sequence s;; !select setval('s', right(ssn, 4)::int) from customers where id = 7",
        "begin;; declare c cursor for select ssn from customers;; create temp table t (x text);; !insert into t select (xpath('//ssn/text()', x))[1]::text from cursor_to_xml('c', 1, true, false, '') x;; rollback",

        // What is hung on it, or put beneath it.
        "create temp table t (x text);; !create trigger k before insert on t for each row execute function keeps()",
        "create temp table t (x text);; !create rule r as on insert to t do also insert into t select ssn from customers",
        "!create temp table t (id int, x text generated always as (tells()) stored)",
        "!create temp table t (x text default tells())",
        "create temp table t (x text);; !alter table t alter column x set default tells()",
        "create temp table k () inherits (customers);; !insert into k select * from customers where id = 7;; select ssn from k",
        "create temp table k (like customers);; alter table k inherit customers;; !insert into k select * from customers where id = 7",
        "create temp table p (id int, ssn text);; create temp table k () inherits (p, customers);; !insert into k select * from customers;; ?select ssn from p",
        "create temp table t (like defaulted including all);; insert into t (id) values (1);; ?select note || '', id from t",
        "create temp table trail (x text);; create temp table t (like defaulted including all);; insert into t (id) values (1);; ?select x || '' from trail",
        "create temp table t (like of_domain);; insert into t (id) values (1);; ?select note from t",
        "create temp table trail (x text);; create temp table t (like checked including all);; insert into t values (1);; ?select x || '' from trail",
        "create temp table t (like indexed including all);; insert into t values (1);; ?select id from t",
        "create temp table p (id int) partition by list (id);; ?select id from p",

        // Code of the database's own that means a table of this name.
        "create temp table trail (x text);; select writes();; ?select x || '' from trail",
        "create temp table trail (x text);; select n from calls;; ?select x || '' from trail",
        "create temp table trail (x text);; insert into watched values (7, '');; ?select x || '' from trail",
        "create temp table trail (x text);; insert into watched values (7, '') on conflict (id) do update set note = 'x';; ?select upper(x) from trail",
        "begin;; insert into waited values (7);; create temp table trail (x text);; commit;; ?select x || '' from trail",
        "begin;; declare c cursor for select writes();; create temp table trail (x text);; !fetch 1 from c",
        "create temp view w as select writes() as n;; create temp table trail (x text);; select n from w;; ?select x || '' from trail",
        "prepare p as select writes();; create temp table trail (x text);; execute p;; ?select x || '' from trail",
        "create temp table trail (x text);; explain (analyze) select writes();; ?select x || '' from trail",
        "create temp table trail (x text);; delete from parent where id = 7;; ?select x || '' from trail",
        "create temp table trail (x text);; !create temp table x (a int); delete from parent where id = 7",
        "create temp table trail (x text);; copy (select writes()) to stdout;; ?select x || '' from trail",
        "create temp table trail (x text);; !select id from orders where id = writes()",
        "create temp table trail (x text);; create table n as select 1 as a; select * from calls;; ?select x || '' from trail",
        "create temp table trail (x text);; select reads();; ?select x || 'a' from trail",
        "create temp table t (x text);; insert into t values ('a');; set role pg_monitor;; reset role;; ?select x || '' from t",
        "create temp table t (x text);; !copy t from program 'echo a'",

        // Views of the session's own.
        "create temp view v as select id, ssn as x, ssn || '' as y from customers;; select x, y, v, v.*, upper(x) from v;; !select x from v order by y",
        "create temp view v as select id, left(ssn, 3) < '901' as x from customers;; select x from v;; !select count(*) from v where x",
        "create temp view v as select id, name as x from customers;; create temp view w as select id, x as y from v;; select y || '' from w where id = 7;; begin;; create or replace temp view v as select id, ssn as x from customers;; select y || '' from w where id = 7;; !create temp table t as select y from w",
        "create temp view v as select id, name as x from customers;; begin;; savepoint s;; create or replace temp view v as select id, ssn as x from customers;; rollback to s;; select x || '' from v where id = 7;; create or replace temp view v as select id, ssn as x from customers;; select x || '' from v where id = 7",
        "create temp view v as select id, name as x from customer_list;; begin;; create or replace view customer_list as select id, ssn as name, name as number from customers;; select x || '' from v where id = 7;; !create temp table t as select x from v",
        "create temp view customers as select id, ssn as x from public.customers;; select x || '' from customers;; !create temp table t as select x from customers",
        "create temp view v as select writes() as n;; ?select n from v",
        "create temp view v as with recursive r(x, n) as (select ssn, 1 from customers union all select x || '!', n + 1 from r where n < 2) select x from r;; select x || '' from v",
        "create temp view v as select attname, histogram_bounds::text as x from pg_stats where tablename = 'customers';; select v::text from v;; ?select x from v",
        "create temp view v as select id, name as ssn, ssn as name from customers;; select name || '', ssn from v where id = 7;; !alter view v rename column ssn to x",

        // Questions.
        "create temp table g as select '900-45-' || lpad(i::text, 4, '0') as x from generate_series(0, 99) i;; !select x from g join customers c on c.ssn = g.x",
        "create temp table g (x text);; insert into g values ('900-45-0007');; !select x from g where x in (select ssn from customers)",
        "create temp table g (x text);; insert into g values ('900-45-0007');; !select x from g intersect select ssn from customers",
        "create temp table g (x text);; insert into g values ('900-45-0007');; !delete from g using customers c where c.ssn = g.x",
        "create temp table g (x text);; insert into g values ('900-45-0007');; !update g set x = 'hit' where exists (select from customers c where c.ssn = g.x)",
        "create temp table g (x text);; insert into g values ('900-45-0007');; !merge into g using customers c on c.ssn = g.x when matched then update set x = 'hit'",
        "create temp table g (x text);; insert into g values ('900-45-0007');; create temp view w as select x as y from g;; !select y from w join customers on ssn = y",
        "create temp table g (x text);; insert into g values ('900-45-0007');; !select max(x) from g, customers c where c.id = 7 and c.ssn >= g.x",
        "create temp table g (x text);; insert into g values ('900-45-0007');; !select x from g order by (select ssn from customers where id = 7)",
        "create temp table g (x text);; insert into g values ('900-45-0007');; !select x from g union select ssn from customers",
        "create temp table g (id int, x text);; insert into g values (7, '900-45-0007');; !select count(*) from g natural join (select id, ssn as x from customers) c",
        "create temp table g (id int, x text);; insert into g values (7, '900-45-0007');; select nullif(c.ssn, g.x) is null from g join customers c using (id)",
    ];

    public static TheoryData<string> Ways => [.. Scripts];

    [Theory, MemberData(nameof(Ways))]
    public async Task No_value_comes_by_a_table_of_the_sessions_own(string script)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var marked in script.Split(";;", StringSplitOptions.TrimEntries))
        {
            var sql = marked.TrimStart('!', '?');
            await client.QueryAsync(sql);
            List<string> seen = [];
            while (await client.ReadAsync() is { } message)
            {
                // Guesses may come back; the values of others may not.
                Encoding.Latin1.GetString(message.Body).Replace("900-45-0007", "", StringComparison.Ordinal).ShouldNotContain("900-45", Case.Insensitive, sql);
                if (!script.Contains("'900-45-0007'", StringComparison.Ordinal)) Encoding.Latin1.GetString(message.Body).ShouldNotContain("900-45", Case.Insensitive, sql);
                seen.Add(message.Short);
                if (message.Type == 'Z') break;
            }

            if (marked.StartsWith('!')) seen.ShouldContain("E:42501", sql);
            else seen.ShouldNotContain(message => message.StartsWith("E:", StringComparison.Ordinal), sql);
            if (!marked.StartsWith('?')) continue;
            // Nothing may be asked of it either.
            await client.QueryAsync($"{sql} order by 1");
            (await client.ReadUntilAsync('Z')).ShouldContain("E:42501", $"{sql} order by 1");
        }
    }
}
