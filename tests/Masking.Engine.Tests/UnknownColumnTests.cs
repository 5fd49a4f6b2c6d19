using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;
using Shouldly;
using Xunit;

namespace Hoop.Masking.Engine.Tests;

public class UnknownColumnTests
{
    private static TargetMasks Masks(PredicateRule rule) => MaskingEngine.Compile(
        new MaskingDocument(1, "", [new MaskDocument { Name = "ssn", Targets = ["*"], Columns = ["public.customers.ssn"], Predicates = rule }]), new byte[32]).For("shop", []);

    /// <summary>It may be computed from a masked one: <c>left(ssn, 1) = '9'</c> is no look-up.</summary>
    [Theory]
    [InlineData(PredicateRule.Equality, ColumnUseKind.Equality, PredicateRule.Block)]
    [InlineData(PredicateRule.Equality, ColumnUseKind.NullTest, PredicateRule.Block)]
    [InlineData(PredicateRule.Equality, ColumnUseKind.Pattern, PredicateRule.Block)]
    [InlineData(PredicateRule.Equality, ColumnUseKind.Order, PredicateRule.Block)]
    [InlineData(PredicateRule.Equality, ColumnUseKind.Stored, PredicateRule.Block)]
    [InlineData(PredicateRule.Approve, ColumnUseKind.Equality, PredicateRule.Approve)]
    [InlineData(PredicateRule.Block, ColumnUseKind.NullTest, PredicateRule.Block)]
    [InlineData(PredicateRule.Allow, ColumnUseKind.Equality, null)]
    [InlineData(PredicateRule.Allow, ColumnUseKind.Stored, PredicateRule.Block)]
    public void Of_a_column_nobody_can_name_nothing_may_be_asked(PredicateRule rule, ColumnUseKind kind, PredicateRule? expected) =>
        (Masks(rule).Judge([new ColumnUse("*", kind)])?.Rule).ShouldBe(expected);

    [Fact]
    public void The_reason_says_what_to_do_instead() =>
        Masks(PredicateRule.Equality).Judge([new ColumnUse("*", ColumnUseKind.Equality)])!.Why.ShouldContain("a column whose source is not known");

    [Fact]
    public void A_name_that_no_table_has_is_told_as_the_mistake_that_it_most_often_is()
    {
        var why = Masks(PredicateRule.Equality).Judge([new ColumnUse("*", ColumnUseKind.Order) { Missing = "to\ntal" }])!.Why;

        why.ShouldBe("no table of this statement is known to have \"to tal\", and masks.ssn permits no predicate on a column whose source is not known; check the name");
    }

    [Fact]
    public void A_function_in_the_way_is_named() =>
        Masks(PredicateRule.Equality).Judge([new ColumnUse("*", ColumnUseKind.Range) { Called = "public.order_total" }])!.Why.ShouldBe(
            "masks.ssn permits no predicate on what public.order_total gives, which may come from any table, this statement uses it in a range comparison (<, >, BETWEEN); ask tables and views instead");

    [Fact]
    public void Without_column_masks_it_is_free() =>
        MaskingEngine.Compile(new MaskingDocument(1, "", []), new byte[32]).For("shop", []).Judge([new ColumnUse("*", ColumnUseKind.Stored)]).ShouldBeNull();
}
