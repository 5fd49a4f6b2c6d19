using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Lineage;

/// <summary>Comparisons by = that find a value instead of looking one up.</summary>
public sealed class SearchTests
{
    static readonly string Eleven = string.Join(", ", Enumerable.Range(1, 11).Select(static i => $"'{i}'"));

    [Theory]
    [InlineData("select 1 from customers where ssn in (LIST)")]
    [InlineData("select 1 from customers where ssn not in (LIST)")]
    [InlineData("select 1 from customers where ssn = any(array[LIST])")]
    [InlineData("select 1 from customers where ssn in (email, LIST)")]
    [InlineData("select 1 from customers where ssn = any(array[email, LIST])")]
    [InlineData("select 1 from customers where ssn = any(array[array[email, LIST], array[LIST, name]])")]
    [InlineData("select 1 from customers c, orders o where (c.ssn, c.id) in ((o.note, o.id), ('1', o.id), ('2', o.id), ('3', o.id), ('4', o.id), ('5', o.id), ('6', o.id), ('7', o.id), ('8', o.id), ('9', o.id), ('10', o.id), ('11', o.id))")]
    [InlineData("select '1' in (ssn), '2' in (ssn), '3' in (ssn), '4' in (ssn) from customers where '1' in (ssn) or '2' in (ssn) or '3' in (ssn) or '4' in (ssn) or '5' in (ssn) or '6' in (ssn) or '7' in (ssn) or '8' in (ssn) or '9' in (ssn) or '10' in (ssn) or '11' in (ssn)")]
    [InlineData("select 1 from customers where ssn <> all('{1,2,3,4,5,6,7,8,9,10,11}')")]
    [InlineData("select 1 from customers where ssn = any($1)")]
    [InlineData("select 1 from customers where ssn = any($1::text[])")]
    [InlineData("select 1 from customers where ssn = any(string_to_array('1,2', ','))")]
    [InlineData("select 1 from customers where ssn in ('1','2','3','4','5','6') or ssn in ('7','8','9','10','11')")]
    [InlineData("select 1 from customers where ssn in ('1','2','3','4','5','6') union all select 2 from customers where ssn in ('7','8','9','10','11')")]
    [InlineData("select case ssn when '1' then 1 when '2' then 2 when '3' then 3 when '4' then 4 when '5' then 5 when '6' then 6 when '7' then 7 when '8' then 8 when '9' then 9 when '0' then 0 when 'x' then 10 end from customers")]
    [InlineData("select 1 from customers where (ssn, id) in (('1',1),('2',1),('3',1),('4',1),('5',1),('6',1),('7',1),('8',1),('9',1),('10',1),('11',1))")]
    public void Many_values_are_a_search(string sql) =>
        LineageRig.Uses(sql.Replace("LIST", Eleven, StringComparison.Ordinal)).ShouldContain("customers.ssn:Search");

    [Theory]
    [InlineData("select 1 from customers where ssn in ('1','2','3','4','5','6','7','8','9','10')")]
    [InlineData("select 1 from customers where ssn in ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)")]
    [InlineData("select 1 from customers where ssn in (email, '1', '2') and ssn = 'x'::text and ssn = any(array['1', '2']::varchar[])")]
    [InlineData("select 1 from customers where ssn = upper('x') and ssn = $1 || '-' || $2")]
    [InlineData("select count(distinct ssn) from customers where id in (1,2,3,4,5,6,7,8,9,10,11,12)")]
    [InlineData("select 1 from customers where id = (select 1 from customers where ssn in ('1','2','3','4','5','6'))")]
    public void A_few_are_not(string sql) => LineageRig.Uses(sql).ShouldMatch("customers.ssn:Equality");

    /// <summary>What is written once but is another value in each row.</summary>
    [Theory]
    [InlineData("select 1 from customers, generate_series(1, 9999) where ssn = '900-45-' || nextval('s')")]
    [InlineData("select 1 from customers, generate_series(1, 9999) where ssn = '900-45-' || floor(random() * 10000)")]
    [InlineData("select 1 from customers where ssn = current_setting('a.b')")]
    [InlineData("select 1 from customers where ssn in (nosuch('1'))")]
    [InlineData("select 1 from customers where ssn = ('900-45-0007' collate loose)")]
    [InlineData("select 1 from customers where ssn = '900'::loose")]
    [InlineData("select 1 from customers where ssn = '900'::public.text")]
    [InlineData("select 1 from customers where ssn in ('900'::loose)")]
    [InlineData("select 1 from customers where ssn = any(array['900']::loose[])")]
    [InlineData("select 1 from customers where ssn = upper('900'::loose)")]
    [InlineData("select case ssn when nextval('s')::text then 1 end from customers")]
    public void What_is_another_value_in_each_row_searches(string sql) => LineageRig.Uses(sql).ShouldContain("customers.ssn:Other");

    /// <summary>Boxes are equal when their areas are.</summary>
    [Theory]
    [InlineData(603u, "area.x:Other")]
    [InlineData(718u, "area.x:Other")]
    [InlineData(25u, "area.x:Equality")]
    public void A_type_whose_equality_is_not_sameness_searches(uint type, string expected)
    {
        var catalog = new CatalogSnapshot { Relations = new Dictionary<string, CatalogRelation> { ["public.area"] = new(1, "public", "area", 'r', [new("x", 1, type)], null, [], false, false) } };
        LineageRig.Uses("select 1 from area where x = '(0,0),(1,1)'", new() { Catalog = catalog, SearchPath = ["pg_catalog", "public"] }).ShouldBe(expected);
    }

    [Theory]
    [InlineData("prepare p(loose) as select 1 from customers where ssn = $1", ColumnUseKind.Other)]
    [InlineData("prepare p(text, varchar[]) as select 1 from customers where ssn = $1", ColumnUseKind.Equality)]
    [InlineData("prepare p as select 1 from customers where ssn = $1", ColumnUseKind.Equality)]
    public void A_parameter_of_somebodys_type_searches(string sql, ColumnUseKind expected)
    {
        var statements = new SqlAnalyzer().Analyze($"{sql}; execute p('1')", LineageRig.Context).Statements;
        statements[0].Command.Inner!.Facts.ColumnUses.ShouldHaveSingleItem().Kind.ShouldBe(expected);
        statements[1].Facts.ColumnUses.ShouldHaveSingleItem().Kind.ShouldBe(expected);
    }

    [Theory]
    [InlineData("select 1 from customers c join orders o on o.note = c.ssn", "customers.ssn=orders.note; orders.note=customers.ssn")]
    [InlineData("select 1 from customers c join archive a using (ssn)", "archive.ssn=customers.ssn; customers.ssn=archive.ssn")]
    [InlineData("select 1 from customers a join customers b on a.ssn = b.ssn", "customers.ssn=customers.ssn")]
    [InlineData("select note from orders where note in (select ssn from customers)", "customers.ssn=orders.note; orders.note=customers.ssn")]
    [InlineData("select 1 from customers c, orders o where (c.id, c.ssn) = (o.id, o.note)", "customers.id=orders.id; customers.ssn=orders.note; orders.id=customers.id; orders.note=customers.ssn")]
    [InlineData("select 1 from customers where (id, ssn) in (select id, note from orders)", "customers.id=orders.id; customers.ssn=orders.note; orders.id=customers.id; orders.note=customers.ssn")]
    [InlineData("select 1 from customers c join v on v.tax = c.ssn", "customers.ssn=customers.ssn; v.tax=customers.ssn")]
    [InlineData("select 1 from people a join people_1a b on a.ssn = b.ssn", "people.ssn=people.ssn; people_1.ssn=people.ssn; people_1a.ssn=people.ssn")]
    [InlineData("select x.i from (select ssn, id from customers union all select note, id from orders) x(s, i) join customers c on c.ssn = x.s", "customers.ssn=customers.ssn; customers.ssn=orders.note; orders.note=customers.ssn")]
    [InlineData("select 1 from customers where ssn = '1' and id = $1", "")]
    [InlineData("insert into customers (id, ssn) select id, note from orders on conflict (ssn) do nothing returning id", "customers.ssn=orders.note; orders.note=customers.ssn")]
    public void A_comparison_says_with_what(string sql, string expected) => LineageRig.Compared(sql).ShouldBe(expected);

    [Theory]
    [InlineData("insert into customers (id, ssn) values (1, '2') on conflict (ssn) do nothing", "customers.ssn:Equality")]
    [InlineData("insert into customers (id, ssn) select i, i::text from generate_series(0, 9999) i on conflict (ssn) do nothing returning id", "customers.ssn:Other")]
    public void ON_CONFLICT_compares_with_the_rows_that_are_inserted(string sql, string expected) => LineageRig.Uses(sql).ShouldContain(expected);

    [Fact]
    public void Uses_are_equal_when_they_say_the_same() =>
        LineageRig.Resolve("select 1 from customers c join orders o on o.note = c.ssn").Uses
            .ShouldBe(LineageRig.Resolve("select 1 from customers c join orders o on o.note = c.ssn").Uses);
}
