using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;
using Shouldly;
using Xunit;
using static Hoop.Masking.Engine.Tests.Masks;

namespace Hoop.Masking.Engine.Tests.Predicates;

public sealed class PredicateTests
{
    [Theory]
    [InlineData(PredicateRule.Equality, ColumnUseKind.Equality, null)]
    [InlineData(PredicateRule.Equality, ColumnUseKind.NullTest, null)]
    [InlineData(PredicateRule.Equality, ColumnUseKind.Range, PredicateRule.Block)]
    [InlineData(PredicateRule.Equality, ColumnUseKind.Pattern, PredicateRule.Block)]
    [InlineData(PredicateRule.Equality, ColumnUseKind.Order, PredicateRule.Block)]
    [InlineData(PredicateRule.Equality, ColumnUseKind.Group, PredicateRule.Block)]
    [InlineData(PredicateRule.Equality, ColumnUseKind.Other, PredicateRule.Block)]
    [InlineData(PredicateRule.Equality, ColumnUseKind.Stored, PredicateRule.Block)]
    [InlineData(PredicateRule.Equality, ColumnUseKind.Search, PredicateRule.Block)]
    [InlineData(PredicateRule.Allow, ColumnUseKind.Search, null)]
    [InlineData(PredicateRule.Allow, ColumnUseKind.Order, null)]
    [InlineData(PredicateRule.Allow, ColumnUseKind.Stored, PredicateRule.Block)]
    [InlineData(PredicateRule.Approve, ColumnUseKind.Equality, PredicateRule.Approve)]
    [InlineData(PredicateRule.Approve, ColumnUseKind.NullTest, PredicateRule.Approve)]
    [InlineData(PredicateRule.Approve, ColumnUseKind.Stored, PredicateRule.Block)]
    [InlineData(PredicateRule.Block, ColumnUseKind.Equality, PredicateRule.Block)]
    [InlineData(PredicateRule.Block, ColumnUseKind.NullTest, PredicateRule.Block)]
    public void Each_rule_permits_what_it_says(PredicateRule rule, ColumnUseKind use, PredicateRule? expected)
    {
        var objection = For(Column("m", "public.c.ssn") with { Predicates = rule }).Judge([new("public.c.ssn", use)]);
        (objection?.Rule).ShouldBe(expected);
    }

    [Theory]
    [InlineData("public.archive.ssn", PredicateRule.Equality, null)]
    [InlineData("public.guesses.x", PredicateRule.Equality, PredicateRule.Block)]
    [InlineData("public.guesses.x", PredicateRule.Allow, null)]
    [InlineData("public.archive.ssn", PredicateRule.Approve, PredicateRule.Approve)]
    public void A_masked_column_is_compared_with_masked_columns_only(string with, PredicateRule rule, PredicateRule? expected)
    {
        var objection = For(Column("m", "public.*.ssn") with { Predicates = rule }).Judge([new("public.c.ssn", ColumnUseKind.Equality) { With = with }]);
        (objection?.Rule).ShouldBe(expected);
        if (expected == PredicateRule.Block) objection!.Why.ShouldContain("public.guesses.x");
    }

    [Fact]
    public void Code_that_may_copy_anything_is_refused_under_every_mask_and_no_mask_is_no_matter()
    {
        For(Column("m", "public.c.ssn") with { Predicates = PredicateRule.Allow }).Judge([new("*", ColumnUseKind.Stored)])!.Why.ShouldContain("cannot be followed");
        For(Detector("email")).Judge([new("*", ColumnUseKind.Stored)]).ShouldBeNull();
    }

    [Fact]
    public void Uses_of_other_columns_do_not_matter() =>
        For(Column("m", "public.c.ssn")).Judge([new("public.c.name", ColumnUseKind.Order), new("public.d.ssn", ColumnUseKind.Stored)]).ShouldBeNull();

    [Fact]
    public void The_strictest_objection_wins()
    {
        var masks = For(
            Column("ask", "public.c.ssn") with { Predicates = PredicateRule.Approve },
            Column("never", "public.c.card") with { Predicates = PredicateRule.Block });
        var objection = masks.Judge([new("public.c.ssn", ColumnUseKind.Equality), new("public.c.card", ColumnUseKind.Equality)])!;
        objection.Rule.ShouldBe(PredicateRule.Block);
        objection.Mask.ShouldBe("never");
    }

    [Fact]
    public void The_reason_names_the_mask_the_column_and_the_use_in_one_line()
    {
        var why = For(Column("ssn", "public.customers.ssn")).Judge([new("public.customers.ssn", ColumnUseKind.Order)])!.Why;
        why.ShouldBe("masks.ssn permits only =, IN and IS NULL on public.customers.ssn, this statement uses it in ORDER BY");
        For(Column("m", "*.*.*")).Judge([new("public.a\nb.c", ColumnUseKind.Order)])!.Why.ShouldNotContain("\n");
    }
}
