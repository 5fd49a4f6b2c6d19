using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>Conditions that choose no rows, however they are dressed, and those that look alike and do choose.</summary>
public class MassWriteTests
{
    static readonly CatalogSnapshot Shop = Snapshot(
    [
        Table("public", "t", columns: ["id", "x", "flag", "at"]) with
        {
            Columns = [new("id", 1, 23) { NotNull = true }, new("x", 2, 25), new("flag", 3, 16), new("at", 4, 1184)],
        },
        Table("public", "u", columns: ["uid", "kind"]),
    ]);

    const string All = """
        true | 't' | 'yes' | true::bool | 't'::bool | not false | not 'f' | not not true | 1 = 1 | 1 < 2 | 'a' = 'a' | 'a' <> 'b' | '10' < '9' | 1 = 1.0 | -1 < 0
        id = id | t.id = id | id is not null or true | id = id or x = 'a' | id >= id | id is not distinct from id | not (id <> id) | not (id is distinct from id)
        id is null or id is not null | x = 'a' or x <> 'a' | not (x = 'a' and x <> 'a') | x = 'a' or not x = 'a' | (x = 'a') or ((id = 5) or (x <> 'a'))
        id < 10 or id > 5 | id <> 1 or id <> 2 | id <= 5 or id > 5 | 5 > id or id >= 5 | not (id = 1 and id = 2) | not (id > 5 and id < 3) | id <> 3 or id < 5 | id < 5 or id > 5 or id = 5
        x like 'a' or x not like 'a' | x in ('a') or x not in ('a') | id between 1 and 2 or id not between 1 and 2 | x ~ 'a' or x !~ 'a' | x is distinct from 'a' or x is not distinct from 'a'
        flag or not flag | flag is true or flag is not true | flag is unknown or flag is not unknown
        true is true | false is not unknown | (1 = 2) is not true | (1 = 2) is not unknown | null is unknown | (1 = 1) is not false
        coalesce(true) | coalesce(true, flag) | coalesce(id, 0) = id | coalesce(x, '') is not null | case when true then true end | case when flag then true else true end | case 1 when 1 then true end
        case when false then flag else true end | nullif(true, false) | greatest(true, false)
        exists (select 1) | exists (select) | exists (select 1 from u) | exists (select 1 from u where kind = 'a') | exists (select 1 from t) | exists (select 1 from t a where a.id = t.id)
        not exists (select 1 from u) | not exists (select 1 where false) | not exists (select 1 from u where false) | (select true) | (select count(*) from u) >= 0 | (select 1) is not null
        1 in (1, 2) | not (1 in (2, 3)) | 1 not in (2, 3) | id in (1, id) | id in (id) | id in (select id from t) | id in (select t.id from t where true) | id in (select a.id from public.t a)
        id in (select id from (select * from t) a) | t.id in (select * from t) | (id in (select id from t)) is true | id in (select id) | id in (select id from t where id = id)
        id = any (select id from t) | id = any (array(select id from t)) | id = any (array[id]) | id <> any (array[1, 2]) | id <> any ('{1,2}') | id <> all ('{}') | id <> all (array[]::int[])
        id >= all (select 1 where false) | id not in (select 1 where false) | id = (select id) | id >= any (select id from t)
        ctid is not null | tableoid is not null | id is not null | ctid > '(0,0)' | ctid >= '(0,1)' | ctid = ctid | xmin is not null or id = 5
        not (('s'::regclass).nextval <> ('s'::regclass).nextval) | exists (select (uid).count from u where false) | exists (select u.count from u where false) | id >= any (select u.count from u where false)
        not (t.random = t.random) | random() >= 0 | random() < 2 | random() = random() | not (random() = random()) | random() <> random() | now() > '1900-01-01' | current_date > '1900-01-01' or id = 5 | pg_backend_pid() > 0
        length(x) >= 0 | length(x) > -1 | 0 <= length(x) | abs(id) >= 0 | char_length(x) <> -1 | strpos(x, 'a') >= 0
        x like '%' | x like '%%' | x ilike '%' | x ~ '' | x ~* '' | x ~ '.*' | x ~ '^' | x similar to '%' | x like x | x || '' like '%' | starts_with(x, '') | x ^@ ''
        id = id + 0 | id * 1 = id | x || '' = x | id + 1 > id | id < id + 1 | 0 + id = id | (select id) = id
        int4eq(id, id) | texteq(x, x) | int4ge(id, id) | textlike(x, '%') | pg_catalog.int4eq(id, id) | regexp_like(x, '.*')
        (id = id) = true | true = (id = id) | (id <> id) = false | (id = id) <> false | (id = 1) is not null | (id = 1) is not unknown | not ((id = 1) is unknown) | (id = 1 or id = 2) is not null
        id is distinct from null | t is not null | not (t is null) | tableoid = 't'::regclass | 't'::regclass = t.tableoid | id = all (array[id]) | id = (values (t.id)) | id in (values (t.id))
        id = id::int | id = id::bigint | x = x::text | greatest(id, id) = id | least(id, id) = id | case id when id then true end | case id when 1 then true when id then true end
        id in (select id from t group by id) | id in (select id from t limit 1000000) | id in (select id from t limit all) | id in (select id from t union select 1) | id in (select 1 union all select id from t)
        t in (select x from t x) | t in (select t from t)
        id = coalesce($1, id) | coalesce($1, $2, x) = x | id = coalesce(null, id) | flag in (true, false) | flag = true or flag = false | flag = true or flag <> true | id in (1) or id <> 1 | id not in (1) or id not in (2)
        id - id = 0 | id / id = 1 | array[id] @> array[id] | array[x] && array[x]
        id in (select id from t offset 0) | id in (with a as (select id from t) select id from a) | (id, x) in (select id, x from t) | id in (select t.id from u) | id in (select t.id from u where u.kind = 'a')
        id between id and id | 1 between 0 and 2 | id not between 2 and 1
        $1 | $1 = $2 | $1::text is null or x = $1 | not $1 | $1 = 1 or id = 5 | current_setting('a.b', true) is null or id = 5
        """;

    [Theory]
    [MemberData(nameof(Each), All)]
    public void A_condition_that_chooses_no_rows_is_a_mass_write(string condition)
    {
        Effects($"delete from t where {condition}").HasFlag(Contracts.Operations.Effects.MassWrite).ShouldBeTrue();
        Effects($"update t set x = 'a' where ({condition}) and true").HasFlag(Contracts.Operations.Effects.MassWrite).ShouldBeTrue();
    }

    const string Some = """
        id = 1 | id = $1 | x = 'true' | flag | not flag | t.flag | id <> -1 | id > 0 | id is null | x is not null | x is null | x is distinct from 'a' | id = 1 or id = 2 | id < 5 or id > 10
        id <> 1 and id <> 2 | id = 1 and true | x like 'a%' | x like '%a%' | x ~ '^a' | x = '' | length(x) > 0 | id + 1 = 5 | id = x::int | lower(x) = 'a' | at > now() - interval '1 day'
        id in (1, 2) | id not in (1, 2) | id in (select uid from u) | id in (select id from t where x = 'a') | id in (select a.id from t a where a.x = 'a') | id in (select max(id) from t)
        id in (select id from t order by at limit 10) | exists (select 1 from u where uid = id) | exists (select 1 from u where u.uid = t.id) | not exists (select 1 from u where u.uid = t.id)
        id = (select max(id) from t) | id = any (array[1, 2]) | id <> all (array[1, 2]) | id = any ($1) | case when flag then x = 'a' else id = 1 end | coalesce(flag, false) | flag is true
        flag is not true | id between 1 and 2 | id not between 1 and 2 | id = 1 and exists (select 1) | id = 1 and now() > '1900-01-01' | current of c | false | 1 = 0 | not true | id <> id | id not in (id)
        (id = 1) = true | (x = 'a') is not null | (x = 'a') is not unknown | x is distinct from null | id = all (array[1]) | id = (values (1)) | at = at::date | x = x::varchar(1) | id = x::int
        greatest(id, 1) = id | case id when 1 then true end | id in (select uid from u group by uid) | id in (select id from t limit 1000) | id in (select 2 union select 1) | id in (select id from t intersect select 1)
        t in (select x from t x where x.id = 1) | id in (select id from t group by id having count(*) > 1) | flag = true
        id = coalesce($1, 5) | id = coalesce(5, id) | x = coalesce(flag::text, x) | flag in (true) | flag = true or id = 5 | id in (1) or id = 2 | id not in (1, 2) or id = 3 | id - 1 = 0 | id % 2 = 0 | array[id] @> array[1]
        id > -5 | id < 99999 | id <> 5 | id in (select id from t offset 5) | (id, x) in (select id, x from t where id = 5) | (id, x) in (select 1, 'a') | id in (with a as (select id from t where x = 'a') select id from a)
        id in (select u.uid from u) | id in (select t.id from u where u.uid = t.id)
        null | not (id = 5 or id = 6) | id = 5 or false | id = 5 or x is null | x <> 'a' or flag
        """;

    [Theory]
    [MemberData(nameof(Each), Some)]
    public void A_condition_that_chooses_rows_is_not(string condition) =>
        Effects($"delete from t where {condition}").HasFlag(Contracts.Operations.Effects.MassWrite).ShouldBeFalse();

    [Theory]
    [InlineData("delete from t using u", true)]
    [InlineData("delete from t using u where u.uid = 5", true)]
    [InlineData("delete from t using u where kind = 'a'", true)]
    [InlineData("delete from t using u where u.uid = t.id", false)]
    [InlineData("delete from t using t t2 where t.id = t2.id", true)]
    [InlineData("delete from t a using t b where a.id > b.id and a.x = b.x", false)]
    [InlineData("delete from t using (select * from t) b where b.id = t.id", true)]
    [InlineData("with b as (select * from t) delete from t using b where b.id = t.id", true)]
    [InlineData("with b as (select id from t where x = 'a') delete from t using b where b.id = t.id", false)]
    [InlineData("with b as (select id from t) delete from t where id in (select id from b)", true)]
    [InlineData("update t set x = 'a' from u where u.uid = 5", true)]
    [InlineData("update t set x = u.kind from u where u.uid = t.id", false)]
    [InlineData("update t set x = 'a' from u join t t2 on true where t2.id = t.id", true)]
    [InlineData("merge into t using u on true when matched then delete", true)]
    [InlineData("merge into t using u on u.uid = t.id when matched then delete", false)]
    [InlineData("merge into t using t s on s.id = t.id when matched then update set x = 'a'", true)]
    [InlineData("merge into t using t s on s.id = t.id when matched and t.x = 'a' then delete", false)]
    [InlineData("insert into t values (1) on conflict (id) do update set x = 'a'", false)]
    [InlineData("insert into t select * from t on conflict (id) do update set x = 'a'", true)]
    [InlineData("insert into t select * from t where id = id on conflict (id) do update set x = 'a'", true)]
    [InlineData("insert into t select * from t where t.x = 'b' on conflict (id) do update set x = 'a'", false)]
    [InlineData("insert into t select * from t on conflict (id) do update set x = 'a' where t.x = 'b'", false)]
    [InlineData("insert into t select * from t on conflict (id) do nothing", false)]
    [InlineData("truncate t", true)]
    public void Joins_and_merges_are_judged_by_what_they_leave_out(string sql, bool mass) =>
        Effects(sql).HasFlag(Contracts.Operations.Effects.MassWrite).ShouldBe(mass);

    static Effects Effects(string sql)
    {
        var facts = Of(sql, Context(Shop)).Facts;
        facts.Understood.ShouldBeTrue(sql);
        return facts.Effects;
    }

    public static TheoryData<string> Each(string list) => [.. list.Split((char[])['\n'], StringSplitOptions.TrimEntries).SelectMany(l => l.Split(" | ")).Select(c => c.Trim())];
}
