using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;
using Shouldly;
using Xunit;

namespace Hoop.Masking.Engine.Tests;

public class UnknownColumnTests
{
    private static readonly TargetMasks Masks = MaskingEngine.Compile(
        new MaskingDocument(1, "", [new MaskDocument { Name = "ssn", Targets = ["*"], Columns = ["public.customers.ssn"] }]), new byte[32]).For("shop", []);

    [Theory]
    [InlineData(ColumnUseKind.Equality, false)]
    [InlineData(ColumnUseKind.Pattern, true)]
    [InlineData(ColumnUseKind.Order, true)]
    [InlineData(ColumnUseKind.Stored, true)]
    public void A_column_nobody_can_name_is_governed_like_a_masked_one(ColumnUseKind kind, bool blocked) =>
        (Masks.Judge([new ColumnUse("*", kind)]) is not null).ShouldBe(blocked);

    [Fact]
    public void Without_column_masks_it_is_free() =>
        MaskingEngine.Compile(new MaskingDocument(1, "", []), new byte[32]).For("shop", []).Judge([new ColumnUse("*", ColumnUseKind.Stored)]).ShouldBeNull();
}
