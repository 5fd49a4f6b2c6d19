using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Lineage;

/// <summary>Texts are looked up without their case.</summary>
public class FoldedTests
{
    static readonly CatalogRelation Table = LineageRig.Relation("public.c", 'r', "id email days price loose") is var c
        ? c with { Columns = [c.Columns[0], c.Columns[1], c.Columns[2] with { TypeOid = 3912 }, c.Columns[3] with { TypeOid = 701 }, c.Columns[4] with { TypeOid = 20000 }] } : null!;

    static readonly SqlContext Context = new()
    {
        SearchPath = ["pg_catalog", "public"],
        Catalog = new()
        {
            Relations = new Dictionary<string, CatalogRelation> { ["public.c"] = Table },
            Functions = new Dictionary<string, IReadOnlyList<CatalogFunction>> { ["public.f"] = [LineageRig.Function("public.f", 'i', "c")] },
        },
    };

    [Theory]
    [InlineData("select 1 from c where lower(email) = 'x'", "c.email:Equality")]
    [InlineData("select 1 from c where lower(email) = lower($1)", "c.email:Equality")]
    [InlineData("select 1 from c where upper(c.email::text) = upper('x')", "c.email:Equality")]
    [InlineData("select 1 from c where pg_catalog.lower(email) in ('a', 'b')", "c.email:Equality")]
    [InlineData("select 1 from c where 'x' = lower(email)", "c.email:Equality")]
    [InlineData("select 1 from c where lower(email) in ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11')", "c.email:Search")]
    [InlineData("select 1 from c where lower(left(email, 1)) = 'x'", "c.email:Other")]
    [InlineData("select 1 from c where left(lower(email), 1) = 'x'", "c.email:Other")]
    [InlineData("select 1 from c where lower(email collate \"C\") = 'x'", "c.email:Other")]
    [InlineData("select 1 from c where lower(email::varchar(1)) = 'x'", "c.email:Other")]
    [InlineData("select 1 from c where lower(days) = '2024-01-01'", "c.days:Other")]
    [InlineData("select 1 from c where lower(loose) = 'x'", "c.loose:Other")]
    [InlineData("select 1 from c where price::text = '4e+04'", "c.price:Other")]
    [InlineData("select 1 from c where lower(price::text) = '4e+04'", "c.price:Other")]
    [InlineData("select 1 from c where loose::text = 'x'", "c.loose:Other")]
    [InlineData("select 1 from c where id::text = '1'", "c.id:Equality")]
    [InlineData("select 1 from c where lower(email) = email", "c.email:Other")]
    [InlineData("select 1 from c a, c b where lower(a.email) = lower(b.email)", "c.email:Other")]
    [InlineData("select 1 from c where lower(email) < 'x'", "c.email:Range")]
    [InlineData("select 1 from c where lower(email) like 'x%'", "c.email:Pattern")]
    [InlineData("select 1 from c where lower(email) = 'x' collate \"C\"", "c.email:Other")]
    [InlineData("select 1 from c where lower(email) = (select 'x')", "c.email:Other")]
    public void A_text_without_its_case_is_looked_up_as_it_is(string sql, string uses) => LineageRig.Uses(sql, Context).ShouldBe(uses);

    [Fact]
    public void Somebodys_own_lower_is_none()
    {
        var functions = new Dictionary<string, IReadOnlyList<CatalogFunction>> { ["public.lower"] = [LineageRig.Function("public.lower", 'i', "c")] };
        LineageRig.Uses("select 1 from c where lower(email) = 'x'", Context with { Catalog = Context.Catalog with { Functions = functions } }).ShouldBe("c.email:Other");
    }
}
