using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Lineage;

public class KeyedRowsTests
{
    static readonly SqlContext Context = new()
    {
        SearchPath = ["pg_catalog", "public"],
        Catalog = new()
        {
            Relations = new[]
            {
                Keyed("public.c", 'r', "id name ssn", "id"), Keyed("public.o", 'r', "id customer_id total", "id"), Keyed("public.lines", 'r', "o_id line ssn", "o_id line"),
                Keyed("public.people", 'p', "id ssn", "id"), Keyed("public.people_1", 'r', "id ssn", "id") with { Parents = ["public.people"] },
                Keyed("public.things", 'r', "id ssn", "id"), Keyed("public.heirs", 'r', "id ssn", "") with { Parents = ["public.things"] },
                Keyed("public.badges", 'r', "id ssn last4", "id") is var badges ? badges with { Columns = [.. badges.Columns.Take(2), badges.Columns[2] with { Generated = "\"right\"(ssn, 4)" }] } : null!,
                Keyed("public.v", 'v', "id ssn", "") with { Definition = "SELECT c.id, c.ssn FROM public.c" },
            }.ToDictionary(static r => r.QualifiedName),
        },
    };

    [Theory]
    [InlineData("select c.id, c.ssn, count(*) from c join o on o.customer_id = c.id group by c.id, c.name, c.ssn")]
    [InlineData("select ssn, count(*) from c group by ssn, id")]
    [InlineData("select c.id, c.ssn, count(*) from c join o on true group by 1, 2")]
    [InlineData("select c.id, c.ssn, o.total from c left join o using (id) group by c.id, c.ssn, o.total")]
    [InlineData("select x.o_id, x.ssn from lines x group by x.line, x.o_id, x.ssn")]
    [InlineData("select id, ssn from people group by id, ssn")]
    public void What_stands_beside_its_tables_whole_key_makes_no_more_groups(string sql) => LineageRig.Uses(sql, Context).ShouldNotContain("ssn:Group");

    [Theory]
    [InlineData("select c.name, c.ssn from c group by c.name, c.ssn")]
    [InlineData("select c.ssn from c join o on true group by o.id, c.ssn")]
    [InlineData("select a.id, b.ssn from c a, c b group by a.id, b.ssn")]
    [InlineData("select x.o_id, x.ssn from lines x group by x.o_id, x.ssn")]
    [InlineData("select c.id, upper(c.ssn) from c group by c.id, upper(c.ssn)")]
    [InlineData("select c.id, c.ssn from c group by rollup (c.id, c.ssn)")]
    [InlineData("select c.ssn from c group by c.ssn, rollup (c.id)")]
    [InlineData("select id, name from c x(ssn, id, name) group by id, name")]
    [InlineData("select id, ssn from things group by id, ssn")]
    [InlineData("select last4 from badges group by id, last4")]
    [InlineData("select id, ssn from v group by id, ssn")]
    [InlineData("select id, ssn from (select id, ssn from c) c group by id, ssn")]
    [InlineData("with c as (select id, ssn from c) select id, ssn from c group by id, ssn")]
    [InlineData("select distinct c.* from (c join o on true) c")]
    [InlineData("select distinct (c).ssn from c")]
    [InlineData("select c.id, c.ssn from c group by c.id, c.ssn, rollup (c.name)")]
    [InlineData("select distinct * from c")]
    [InlineData("select distinct c.* from c join o on o.customer_id = c.id")]
    [InlineData("select (select 1 from o group by c.id, c.ssn limit 1) from c")]
    [InlineData("select id, ssn from c union select id, ssn from c")]
    [InlineData("select *, ssn from c group by 1, 4")]
    public void What_else_is_grouped_by_decides(string sql) => LineageRig.Uses(sql, Context).ShouldContain("ssn:Group");

    [Theory]
    [InlineData("select ssn is null, ssn is not null from c", "?column?=-; ?column?=-", "c.ssn:NullTest")]
    [InlineData("select case when ssn is null then 'no' else 'yes' end from c", "case=-", "c.ssn:NullTest")]
    [InlineData("select count(*) filter (where ssn is not null) from c", "count=-", "c.ssn:NullTest")]
    [InlineData("select count(*) filter (where ssn = '1') from c", "count=c.ssn", "c.ssn:Equality")]
    [InlineData("select nullif(ssn, '1') is null from c", "?column?=c.ssn", "")]
    [InlineData("select coalesce(ssn, '') is null from c", "?column?=c.ssn", "c.ssn:NullTest")]
    [InlineData("select x is null from (select ssn from c union all select left(ssn, 1) from c) q(x)", "?column?=c.ssn,c.ssn>pg_catalog.left", "")]
    public void Whether_there_is_a_value_is_no_secret_of_the_value(string sql, string result, string uses)
    {
        LineageRig.Result(sql, Context).ShouldBe(result);
        LineageRig.Uses(sql, Context).ShouldBe(uses);
    }

    static CatalogRelation Keyed(string name, char kind, string columns, string key) =>
        LineageRig.Relation(name, kind, columns) is var relation ? relation with { Columns = [.. relation.Columns.Select(c => c with { InPrimaryKey = key.Split(' ').Contains(c.Name) })] } : null!;
}
