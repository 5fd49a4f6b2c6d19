using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Tests.Lineage;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Templates;

public class TemplateTests
{
    [Theory]
    [InlineData("select name from customers where id = 1", "select name from customers where id = 4711")]
    [InlineData("select name from customers where id = 1;", "select name from customers where id = 2;")]
    [InlineData("select name from customers where id = -1", "select name from customers where id = -2")]
    [InlineData("select name from customers where name = 'a'", "select name from customers where name = 'it''s -- ä'")]
    [InlineData("select ssn from customers where ssn in ('1', '2')", "select ssn from customers where ssn in ('3', '4')")]
    [InlineData("select id from orders where total between 1 and 2.5 limit 5 offset 6", "select id from orders where total between 7 and 8.25 limit 0 offset 9")]
    [InlineData("update customers set active = active + -1234 where id = 55", "update customers set active = active + -1 where id = 0")]
    [InlineData("insert into archive values (1, 'a', 'b')", "insert into archive values (2, '', '''')")]
    [InlineData("insert into orders values (1, 2, 3, '-4', CURRENT_TIMESTAMP)", "insert into orders values (9, 9, 9, '9', CURRENT_TIMESTAMP)")]
    [InlineData("insert into customers (id) values (1) on conflict (id) do update set name = 'a'", "insert into customers (id) values (2) on conflict (id) do update set name = 'b'")]
    [InlineData("delete from orders where id = 1 and total > 2 and note in ('a', 'b')", "delete from orders where id = 0 and total > 0 and note in ('', '')")]
    [InlineData("select id from orders where id = 1 or id = 2", "select id from orders where id = 3 or id = 3")]
    [InlineData("select id from orders where id = 1 and (total > 2 or total > 3)", "select id from orders where id = 0 and (total > 0 or total > 0)")]
    [InlineData("select o.id from customers c join orders o on o.customer_id = c.id where c.email = 'a' order by 1 limit 3", "select o.id from customers c join orders o on o.customer_id = c.id where c.email = 'b' order by 1 limit 4")]
    [InlineData("select * from orders where id = any(array[1, 2])", "select * from orders where id = any(array[3, 3])")]
    [InlineData("select * from orders where status > date '2024-01-01'", "select * from orders where status > date 'today'")]
    [InlineData("select * from customers where lower(name) = lower('A')", "select * from customers where lower(name) = lower('B')")]
    [InlineData("select status, sum(total * 2) from orders group by status having sum(total) > 5", "select status, sum(total * 3) from orders group by status having sum(total) > 6")]
    [InlineData("select case when id = 1 then 'a' else 'b' end from orders", "select case when id = 2 then 'a' else 'b' end from orders")]
    [InlineData("with x as (select id from orders where total > 1) select * from x where id < 2", "with x as (select id from orders where total > 3) select * from x where id < 4")]
    [InlineData("/* a 'b' */ select 'ä', id from orders where id = 1 -- 2", "/* a 'b' */ select 'ä', id from orders where id = 3 -- 2")]
    public void Literals_that_do_not_matter_may_change(string first, string other)
    {
        var rig = new TemplateRig().Learn(first);
        rig.Knows(other).ShouldBeFalse("it was seen only once");
        rig.Learn(other);
        rig.Knows(first).ShouldBeTrue();
        rig.ShouldBeRight(first);
    }

    [Theory]
    [InlineData("update orders set note = note where 1 = 2", "update orders set note = note where 2 = 2")]
    [InlineData("delete from orders where 't'", "delete from orders where 'f'")]
    [InlineData("delete from orders where 1 between 2 and 3", "delete from orders where 1 between 1 and 3")]
    [InlineData("delete from orders where id + 1 = id + 2", "delete from orders where id + 2 = id + 2")]
    [InlineData("delete from orders where id + 1 in (id + 2, id + 3)", "delete from orders where id + 1 in (id + 1, id + 3)")]
    [InlineData("delete from orders where coalesce(5, id) = 7", "delete from orders where coalesce(5, id) = 5")]
    [InlineData("delete from orders where coalesce(id % 1, 2) = id % 2", "delete from orders where coalesce(id % 2, 2) = id % 2")]
    [InlineData("delete from orders where length(note) >= 1", "delete from orders where length(note) >= 0")]
    [InlineData("delete from orders where id + 1 > id", "delete from orders where id + 0 > id")]
    [InlineData("delete from orders where id not between 1 and 2", "delete from orders where id not between 2 and 1")]
    [InlineData("delete from orders where id <> 1 or id <> 1", "delete from orders where id <> 1 or id <> 2")]
    [InlineData("delete from orders where not (id = 1 and id = 1)", "delete from orders where not (id = 1 and id = 2)")]
    [InlineData("delete from orders where id in (1) or id not in (2)", "delete from orders where id in (2) or id not in (2)")]
    [InlineData("delete from orders where id in (select id from orders limit 1)", "delete from orders where id in (select id from orders limit 0)")]
    [InlineData("delete from orders where exists (select 1 from customers where 1 = 1)", "delete from orders where exists (select 1 from customers where 1 = 2)")]
    [InlineData("delete from orders where id = 1 or id <> 2", "delete from orders where id = 2 or id <> 2")]
    [InlineData("delete from orders where id < 1 or not id < 2", "delete from orders where id < 2 or not id < 2")]
    [InlineData("delete from orders where (id + 1) is null or (id + 2) is not null", "delete from orders where (id + 2) is null or (id + 2) is not null")]
    [InlineData("delete from orders where note like 'a%'", "delete from orders where note like '%'")]
    [InlineData("delete from orders where id = 1 or 'f'", "delete from orders where id = 1 or 't'")]
    [InlineData("select id, note from orders order by 1", "select id, note from orders order by 2")]
    [InlineData("select * from customers where id = any('{1}'::int4[])", "select * from customers where id = any('{1,2,3,4,5,6,7,8,9,10,11,12}'::int4[])")]
    [InlineData("select * from customers where ssn = any('{1}')", "select * from customers where ssn = any('{1,2,3,4,5,6,7,8,9,10,11,12}')")]
    [InlineData("select note from orders group by 1", "select note from orders group by 2")]
    [InlineData("select distinct on (1) note, id from orders", "select distinct on (2) note, id from orders")]
    [InlineData("select replace(ssn, 'a', 'b') from customers", "select replace(ssn, 'a', 'bbb') from customers")]
    [InlineData("select set_config('search_path', 'a', false)", "select set_config('role', 'a', false)")]
    [InlineData("select 'orders'::regclass", "select 'secret.accounts'::regclass")]
    [InlineData("select nextval('a')", "select nextval('b')")]
    [InlineData("select query_to_xml('select 1', true, true, '')", "select query_to_xml('delete from t', true, true, '')")]
    [InlineData("select pg_read_file('a')", "select pg_read_file('/etc/passwd')")]
    [InlineData("select id from orders where note = current_setting('a')", "select id from orders where note = current_setting('b')")]
    [InlineData("select note->'a' from orders", "select note->'ssn' from orders")]
    [InlineData("select note[1] from orders", "select note[2] from orders")]
    [InlineData("select note::varchar(1) from orders", "select note::varchar(2) from orders")]
    [InlineData("select extract('year' from note) from orders", "select extract('day' from note) from orders")]
    [InlineData("set statement_timeout = 1", "set statement_timeout = 2")]
    [InlineData("set role 'a'", "set role 'b'")]
    [InlineData("copy orders to 'a'", "copy orders to 'b'")]
    [InlineData("do 'a'", "do 'b'")]
    [InlineData("notify a, '1'", "notify a, '2'")]
    [InlineData("comment on table orders is 'a'", "comment on table orders is 'b'")]
    [InlineData("execute p(1)", "execute p(2)")]
    [InlineData("prepare p as select * from orders where id = 1", "prepare p as select * from orders where id = 2")]
    [InlineData("declare c cursor for select * from orders where id = 1", "declare c cursor for select * from orders where id = 2")]
    [InlineData("explain select * from orders where id = 1", "explain select * from orders where id = 2")]
    [InlineData("create table x as select * from orders where id = 1", "create table x as select * from orders where id = 2")]
    [InlineData("select * into x from orders where id = 1", "select * into x from orders where id = 2")]
    [InlineData("select 1 from orders where id = 1; select 1 from orders", "select 1 from orders where id = 2; select 1 from orders")]
    [InlineData("merge into orders o using archive a on o.id = a.id when matched and o.id = 1 then delete", "merge into orders o using archive a on o.id = a.id when matched and o.id = 2 then delete")]
    [InlineData("with d as (merge into orders o using archive a on o.id = 1 when matched then delete returning o.id) select * from d", "with d as (merge into orders o using archive a on o.id = 2 when matched then delete returning o.id) select * from d")]
    [InlineData("select leak('a'), id from orders where id = 1", "select leak('a'), id from orders where id = 2")]
    [InlineData("select from where id = 1", "select from where id = 2")]
    public void Literals_that_may_matter_are_part_of_the_text(string first, string other)
    {
        var rig = new TemplateRig();
        rig.Knows(first).ShouldBeFalse();
        rig.Learn(first);
        rig.Knows(other).ShouldBeFalse();
        rig.ShouldBeRight(other);
    }

    [Fact]
    public void Literals_that_matter_go_with_those_that_do_not()
    {
        var rig = new TemplateRig().Learn("select id, note from orders where id = 1 order by 1", "select id, note from orders where id = 2 order by 1");
        rig.Knows("select id, note from orders where id = 3 order by 1").ShouldBeTrue();
        rig.Knows("select id, note from orders where id = 3 order by 2").ShouldBeFalse();
        rig.Learn("select id, note from orders where id = 3 order by 2");
        rig.Knows("select id, note from orders where id = 4 order by 2").ShouldBeTrue();
        rig.ShouldBeRight("select id, note from orders where id = 4 order by 2");
        rig.ShouldBeRight("select id, note from orders where id = 4 order by 1");
    }

    [Fact]
    public void A_template_keeps_few_variants_of_the_literals_that_matter()
    {
        var rig = new TemplateRig();
        for (var i = 1; i < 20; i++) rig.Learn($"select id, note from orders where id = 1 order by {i}");
        rig.Analyzer.Templates.Count.ShouldBe(1);
        rig.Knows("select id, note from orders where id = 7 order by 19").ShouldBeTrue();
        rig.Knows("select id, note from orders where id = 7 order by 5").ShouldBeFalse();
    }

    /// <summary>Whether strings may be of a type that is checked by code is only asked where there is such a type.</summary>
    [Theory]
    [InlineData("(VALUE ~ '@'::text)", true)]
    [InlineData("public.leak(VALUE)", false)]
    public void Domains_that_only_compute_leave_strings_to_templates(string check, bool expected)
    {
        var people = new CatalogRelation(1, "public", "people", 'r', [new("mail", 1, 20001)], null, [], false, false);
        var catalog = LineageRig.Catalog with
        {
            Relations = new Dictionary<string, CatalogRelation> { ["public.people"] = people }, CheckedTypes = new Dictionary<uint, string> { [20001] = "_email" },
            Domains = new Dictionary<string, IReadOnlyList<string>> { ["email"] = [check] }, TypesWithin = new Dictionary<string, IReadOnlyList<string>> { ["_email"] = ["email"] },
        };
        var rig = new TemplateRig { Context = LineageRig.Context with { Catalog = catalog } }.Learn("select 1 from people where mail = 'a'", "select 1 from people where mail = 'b'");
        rig.Knows("select 1 from people where mail = 'c'").ShouldBe(expected);
    }

    [Fact]
    public void Lists_of_other_lengths_numbers_of_other_kinds_and_other_space_are_other_templates()
    {
        var rig = new TemplateRig().Learn("select id from orders where id in (1, 2)", "select id from orders where id in (3, 4)");
        rig.Knows("select id from orders where id in (5, 6)").ShouldBeTrue();
        rig.Knows("select id from orders where id in (5, 6, 7)").ShouldBeFalse();
        rig.Knows("select id from orders where id in (5, 6.5)").ShouldBeFalse();
        rig.Knows("select id from orders where id in (5, '6')").ShouldBeFalse();
        rig.Knows("select id from orders where id in (5, 99999999999)").ShouldBeFalse();
        rig.Knows("select id  from orders where id in (5, 6)").ShouldBeFalse();
    }

    [Fact]
    public void The_text_is_the_statement_s_own()
    {
        var rig = new TemplateRig().Learn("select name from customers where id = 1 ;", "select name from customers where id = 22 ;");
        rig.Analyzer.Analyze("select name from customers where id = 333 ;", rig.Context).Statements[0].Text.ShouldBe("select name from customers where id = 333 ");
        rig.Learn("select name from customers where id = 1", "select name from customers where id = 22");
        const string Whole = "select name from customers where id = 333";
        rig.Analyzer.Analyze(Whole, rig.Context).Statements[0].Text.ShouldBeSameAs(Whole);
    }

    [Fact]
    public void Other_names_other_templates()
    {
        var rig = new TemplateRig().Learn("select id from orders where id = 1", "select id from orders where id = 2");
        const string Other = "select id from orders where id = 3";
        rig.Knows(Other).ShouldBeTrue();
        rig.Knows(Other, rig.Context with { SearchPath = ["pg_catalog", "public"] }).ShouldBeTrue();
        rig.Knows(Other, rig.Context with { SearchPath = ["pg_catalog", "secret"] }).ShouldBeFalse();
        rig.Knows(Other, rig.Context with { Catalog = new CatalogSnapshot() }).ShouldBeFalse();
        rig.Knows(Other, rig.Context with { IsTemporary = name => name == "orders" }).ShouldBeFalse();
        rig.Knows(Other, rig.Context with { IsTemporary = name => name == "customers" }).ShouldBeTrue();
    }

    [Fact]
    public void A_text_that_hit_a_temporary_relation_teaches_nothing()
    {
        var rig = new TemplateRig { Context = Lineage.LineageRig.Context with { IsTemporary = name => name == "orders" } };
        rig.Learn("select id from orders where id = 1", "select id from orders where id = 2", "select id from orders where id = 3");
        rig.Knows("select id from orders where id = 4").ShouldBeFalse();
        rig.Knows("select id from orders where id = 4", Lineage.LineageRig.Context).ShouldBeFalse();
    }

    [Fact]
    public void A_text_over_the_limit_is_not_understood_by_template_either()
    {
        var analyzer = new SqlAnalyzer(maxBytes: 64);
        string Text(int length) => $"select id from orders where note = '{new string('ä', length)}'";
        foreach (var length in new[] { 1, 2, 3 }) analyzer.Analyze(Text(length), Lineage.LineageRig.Context).Error.ShouldBeNull();
        analyzer.Analyze(Text(20), Lineage.LineageRig.Context).Error.ShouldNotBeNull().ShouldContain("limit");
    }

    [Fact]
    public void It_never_holds_more_than_its_share()
    {
        var cache = new Sql.Templates.TemplateCache(maxEntries: 100, maxTextBytes: 50_000);
        for (var i = 0; i < 2000; i++)
        {
            cache.TryGet($"select a{i} from t where b = {i}{(i % 3 == 0 ? new string(' ', 500) : "")}", Lineage.LineageRig.Context, out _, out _).ShouldBeFalse();
            cache.Count.ShouldBeLessThanOrEqualTo(100);
            cache.TextBytes.ShouldBeLessThanOrEqualTo(50_000);
        }
    }
}
