using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;
using Shouldly;
using Xunit;
using static Hoop.Masking.Engine.Tests.Masks;

namespace Hoop.Masking.Engine.Tests.Columns;

public sealed class ColumnMaskTests
{
    [Theory]
    [InlineData("public.customers.ssn", "public.customers.ssn", true)]
    [InlineData("public.customers.ssn", "public.customers.ssn2", false)]
    [InlineData("public.customers.ssn", "private.customers.ssn", false)]
    [InlineData("public.*.ssn", "public.people.ssn", true)]
    [InlineData("public.*.ssn", "public.people.name", false)]
    [InlineData("*.customers.card_*", "sales.customers.card_number", true)]
    [InlineData("public.customers.??n", "public.customers.ssn", true)]
    [InlineData("customers.ssn", "any.customers.ssn", true)]
    [InlineData("ssn", "any.table.ssn", true)]
    [InlineData("Public.Customers.SSN", "public.customers.ssn", true)]
    [InlineData("public.customers.ssn", "public.customers.*", true)]
    [InlineData("public.customers.ssn", "*", true)]
    [InlineData("public.customers.ssn", "customers.ssn", true)]
    [InlineData("public.*.ssn", "public.odd.table.ssn", true)]
    public void Columns_are_matched_part_by_part_and_doubt_masks(string pattern, string column, bool masked) =>
        (For(Column("m", pattern)).ForBaseColumn(column) is not null).ShouldBe(masked);

    [Fact]
    public void A_result_column_is_masked_when_any_source_is()
    {
        var masks = For(Column("ssn", "public.customers.ssn"));
        masks.ForColumn(Result("public.customers.ssn"))!.Name.ShouldBe("ssn");
        masks.ForColumn(new ResultColumn("x", [new("public.customers.name", []), new("public.customers.ssn", ["pg_catalog.substr"])], false)).ShouldNotBeNull();
        masks.ForColumn(Result("public.customers.name")).ShouldBeNull();
        masks.ForColumn(ResultColumn.Constant("x")).ShouldBeNull();
    }

    [Fact]
    public void A_safe_function_anywhere_in_the_chain_shows_the_result()
    {
        var masks = For(Column("ssn", "public.customers.ssn"));
        masks.ForColumn(Result("public.customers.ssn", "pg_catalog.count")).ShouldBeNull();
        masks.ForColumn(Result("public.customers.ssn", "count")).ShouldBeNull();
        masks.ForColumn(Result("public.customers.ssn", "pg_catalog.lower", "pg_catalog.count", "pg_catalog.to_char")).ShouldBeNull();
        masks.ForColumn(Result("public.customers.ssn", "public.count")).ShouldNotBeNull();
        masks.ForColumn(Result("public.customers.ssn", "pg_catalog.max")).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(MaskMode.Partial)]
    [InlineData(MaskMode.Hash)]
    [InlineData(MaskMode.Redact)]
    public void Of_a_value_computed_from_the_column_nothing_is_kept(MaskMode mode)
    {
        var masks = For(Column("ssn", "public.customers.ssn") with { Mode = mode, KeepLast = 4 });
        var mask = masks.ForColumn(new ResultColumn("x", [new("public.customers.ssn", []) { Computed = true }], false))!;
        (mask.Mode, mask.HidesNull).ShouldBe((MaskMode.Redact, true));
        masks.ForColumn(Result("public.customers.ssn"))!.HidesNull.ShouldBeFalse();
    }

    [Fact]
    public void Every_chain_of_a_column_must_be_safe()
    {
        var column = new ResultColumn("x", [new("public.customers.ssn", ["pg_catalog.count"]), new("public.customers.ssn", [])], false);
        For(Column("ssn", "public.customers.ssn")).ForColumn(column).ShouldNotBeNull();
    }

    [Fact]
    public void A_safe_function_of_one_mask_is_not_one_of_another()
    {
        var masks = For(
            Column("a", "public.customers.ssn") with { SafeFunctions = ["pg_catalog.length"] },
            Column("b", "public.customers.*"));
        masks.ForColumn(Result("public.customers.ssn", "length"))!.Name.ShouldBe("b");
    }

    [Fact]
    public void An_opaque_column_is_redacted_where_any_column_is_masked()
    {
        var opaque = new ResultColumn("x", [], true);
        For(Column("ssn", "public.customers.ssn")).ForColumn(opaque)!.Mode.ShouldBe(MaskMode.Redact);
        For(Detector("email")).ForColumn(opaque).ShouldBeNull();
    }

    [Fact]
    public void The_mask_that_tells_least_wins_whatever_the_order()
    {
        MaskDocument[] all =
        [
            Column("partial4", "public.c.ssn") with { Mode = MaskMode.Partial, KeepLast = 4 },
            Column("partial2", "public.c.ssn") with { Mode = MaskMode.Partial, KeepLast = 2 },
            Column("hash", "public.c.ssn") with { Mode = MaskMode.Hash },
            Column("redact", "public.c.ssn") with { Mode = MaskMode.Redact },
            Column("null", "public.c.ssn") with { Mode = MaskMode.Null },
        ];
        for (var strictest = 1; strictest < all.Length; strictest++)
        {
            var some = all[..(strictest + 1)];
            For(some).ForBaseColumn("public.c.ssn")!.Name.ShouldBe(all[strictest].Name);
            For([.. some.Reverse()]).ForBaseColumn("public.c.ssn")!.Name.ShouldBe(all[strictest].Name);
        }
    }

    [Fact]
    public void Excepted_roles_see_the_value_and_meet_no_predicate_rule()
    {
        var engine = Compile(Column("ssn", "public.c.ssn") with { Except = ["dba"] });
        var dba = engine.For("shop", ["engineer", "dba"]);
        dba.IsEmpty.ShouldBeTrue();
        dba.ForColumn(Result("public.c.ssn")).ShouldBeNull();
        dba.Judge([new("public.c.ssn", ColumnUseKind.Stored)]).ShouldBeNull();
        engine.For("shop", ["engineer"]).IsEmpty.ShouldBeFalse();
    }

    [Fact]
    public void The_same_roles_in_any_order_get_the_same_object()
    {
        var engine = Compile(Column("ssn", "public.c.ssn"));
        engine.For("shop", ["a", "b"]).ShouldBeSameAs(engine.For("shop", new List<string> { "b", "a", "b" }));
        engine.For("shop", ["a"]).ShouldNotBeSameAs(engine.For("shop", ["a", "b"]));
        engine.For("shop", ["a", "a"]).ShouldBeSameAs(engine.For("shop", ["a"]));
    }

    [Fact]
    public void A_caller_that_changes_its_list_of_roles_does_not_change_the_cache()
    {
        var engine = Compile(Column("ssn", "public.c.ssn") with { Except = ["dba"] });
        var roles = new List<string> { "agent" };
        engine.For("shop", roles).IsEmpty.ShouldBeFalse();
        roles[0] = "dba";
        engine.For("shop", roles).IsEmpty.ShouldBeTrue();
        engine.For("shop", ["agent"]).IsEmpty.ShouldBeFalse();
    }

    [Fact]
    public void Masks_apply_to_targets_by_glob()
    {
        var engine = Compile(Column("m", "public.c.ssn") with { Targets = ["shop-*"] });
        engine.For("shop-eu", []).HasColumnMasks.ShouldBeTrue();
        engine.For("shop", []).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_mask_that_cannot_be_applied_is_refused_by_name()
    {
        Refusal(Detector("iris-scan")).ShouldContain("unknown detector 'iris-scan'");
        Refusal(new MaskDocument { Name = "empty", Targets = ["*"] }).ShouldContain("masks.empty");
        Refusal(Column("neg", "a.b.c") with { KeepLast = -1 }).ShouldContain("masks.neg");
        Refusal(Column("blank", " ")).ShouldContain("empty column");
        var hash = Column("hash", "a.b.c") with { Mode = MaskMode.Hash };
        Should.Throw<ArgumentException>(() => MaskingEngine.Compile(new(1, "", [hash]), new byte[31])).Message.ShouldContain("32 bytes");
    }

    private static string Refusal(MaskDocument mask) => Should.Throw<ArgumentException>(() => Compile(mask)).Message;
}
