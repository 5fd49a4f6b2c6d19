using Hoop.Contracts.Documents;
using Shouldly;
using Xunit;
using static Hoop.Masking.Engine.Tests.Masks;

namespace Hoop.Masking.Engine.Tests.Values;

public sealed class ValueMaskTests
{
    private static ValueMask Mask(MaskMode mode, int keepLast = 0) =>
        For(Column("m", "a.b.c") with { Mode = mode, KeepLast = keepLast }).ForBaseColumn("a.b.c")!;

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("a very long secret value")]
    public void Redacted_values_all_look_alike(string value)
    {
        Apply(Mask(MaskMode.Redact), value).ShouldBe("***");
        Apply(Mask(MaskMode.Null), value).ShouldBe("***");
        Apply(Mask(MaskMode.Partial, 0), value).ShouldBe("***");
    }

    [Theory]
    [InlineData("123-45-6789", 4, "***-**-6789")]
    [InlineData("4111 1111 1111 1111", 4, "**** **** **** 1111")]
    [InlineData("ana@example.com", 3, "***@*******.com")]
    [InlineData("6789", 4, "****")]
    [InlineData("6-7", 4, "***")]
    [InlineData("12345", 4, "*2345")]
    [InlineData("#!$secret12", 2, "*********12")]
    [InlineData("!!!!!!", 4, "******")]
    [InlineData("naïve-Zoë", 2, "*****-*oë")]
    [InlineData("東京都港区", 2, "***港区")]
    [InlineData("", 4, "***")]
    [InlineData("ab--", 1, "*b--")]
    public void Partial_keeps_the_last_letters_and_digits(string value, int keep, string expected) =>
        Apply(Mask(MaskMode.Partial, keep), value).ShouldBe(expected);

    [Fact]
    public void Bytes_that_are_not_text_are_never_kept()
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        Mask(MaskMode.Partial, 2).Write([0xFF, (byte)'a', 0xC3, (byte)'b', (byte)'c', 0xFE], output);
        output.WrittenSpan.ToArray().ShouldBe("***bc*"u8.ToArray());
    }

    [Fact]
    public void Hashes_are_keyed_and_equal_for_equal_values()
    {
        var hash = Apply(Mask(MaskMode.Hash), "123-45-6789");
        hash.ShouldMatch("^[0-9a-f]{16}$");
        Apply(Mask(MaskMode.Hash), "123-45-6789").ShouldBe(hash);
        Apply(Mask(MaskMode.Hash), "123-45-6780").ShouldNotBe(hash);
        var document = Column("m", "a.b.c") with { Mode = MaskMode.Hash };
        var other = MaskingEngine.Compile(new(1, "", [document]), new byte[32]).For("shop", []).ForBaseColumn("a.b.c")!;
        Apply(other, "123-45-6789").ShouldNotBe(hash);
    }
}
