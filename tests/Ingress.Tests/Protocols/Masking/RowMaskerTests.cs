using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Masking.Engine;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Tests.Protocols.Masking.TestMasks;

namespace Hoop.Ingress.Tests.Protocols.Masking;

public sealed class RowMaskerTests
{
    [Fact]
    public void A_result_that_nothing_can_apply_to_needs_no_masker()
    {
        PostgresRowMasker.Create([Field(25)], null).ShouldBeNull();
        PostgresRowMasker.Create([Field(23), Field(1700), Field(1114), Field(17), Field(2950)], Detectors).ShouldBeNull();
        PostgresRowMasker.Create([], Detectors).ShouldBeNull();
        PostgresRowMasker.Create([Field(23), Field(25)], Detectors).ShouldNotBeNull();
        PostgresRowMasker.Create([Field(23, mask: Redact)], null).ShouldNotBeNull();
    }

    [Fact]
    public void Masked_columns_are_replaced_and_the_others_stay_byte_for_byte()
    {
        var masker = Create(Field(23), Field(25, mask: Partial), Field(25), Field(25, mask: Redact));
        Rewrite(masker, Row(Utf8("7"), Utf8("123-45-6789"), Utf8("plain"), null))
            .ShouldBe(Row(Utf8("7"), Utf8("***-**-6789"), Utf8("plain"), null));
    }

    [Fact]
    public void A_row_of_nulls_goes_as_it_is() =>
        Rewrite(Create(Field(25, mask: Redact), Field(25)), Row(null, Utf8("x"))).ShouldBeNull();

    [Theory]
    [InlineData(25u, 0, "***")]
    [InlineData(1043u, 1, "***")]
    [InlineData(114u, 0, "\"***\"")]
    [InlineData(3802u, 0, "\"***\"")]
    [InlineData(3802u, 1, "\u0001\"***\"")]
    [InlineData(23u, 0, "0")]
    [InlineData(23u, 1, "\0\0\0\0")]
    [InlineData(20u, 1, "\0\0\0\0\0\0\0\0")]
    [InlineData(1700u, 0, "0")]
    [InlineData(16u, 0, "f")]
    [InlineData(1082u, 0, "2000-01-01")]
    [InlineData(1114u, 1, "\0\0\0\0\0\0\0\0")]
    [InlineData(2950u, 0, "00000000-0000-0000-0000-000000000000")]
    [InlineData(17u, 0, "\\x")]
    [InlineData(1009u, 0, "{}")]
    [InlineData(1007u, 1, "\0\0\0\0\0\0\0\0\0\0\0\u0017")]
    [InlineData(3904u, 1, "\u0001")]
    [InlineData(2249u, 0, null)]
    [InlineData(99999u, 0, null)]
    [InlineData(99999u, 1, null)]
    public void A_masked_value_stays_one_of_its_type(uint oid, short format, string? expected) =>
        Rewrite(Create(Field(oid, format, Redact)), Row(Utf8("secret"))).ShouldBe(Row(expected is null ? null : Utf8(expected)));

    [Fact]
    public void A_null_mask_gives_null_whatever_the_type()
    {
        foreach (var oid in new uint[] { 25, 23, 3802, 99999 })
            Rewrite(Create(Field(oid, 0, Null)), Row(Utf8("1"))).ShouldBe(Row([null]));
    }

    [Fact]
    public void A_json_string_is_masked_as_text_and_a_json_document_whole()
    {
        Rewrite(Create(Field(114, mask: Partial)), Row(Utf8("\"123-45-6789\""))).ShouldBe(Row(Utf8("\"***-**-6789\"")));
        Rewrite(Create(Field(114, mask: Partial)), Row(Utf8("""{"ssn":"123-45-6789"}"""))).ShouldBe(Row(Utf8("\"***\"")));
        Rewrite(Create(Field(3802, 1, Hash)), Row(Utf8("\u0001\"x\""))).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(25u, 0, "mail ana@example.com", "mail ***")]
    [InlineData(25u, 1, "mail ana@example.com", "mail ***")]
    [InlineData(114u, 0, """{"card":4111111111111111}""", """{"card":"***"}""")]
    [InlineData(3802u, 1, "\u0001{\"m\":\"ana@example.com\"}", "\u0001{\"m\":\"***\"}")]
    [InlineData(1009u, 0, """{ana@example.com,"a b"}""", """{***,"a b"}""")]
    [InlineData(3807u, 0, """{"{\"m\": 4111111111111111}"}""", "{}")]
    [InlineData(2249u, 0, "(1,ana@example.com)", "(1,***)")]
    [InlineData(3614u, 0, "'ana@example.com':1", "'***':1")]
    [InlineData(99999u, 0, "ana@example.com", "***")]
    [InlineData(99999u, 1, "\0\0ana@example.com", null)]
    [InlineData(2249u, 1, "\0\0ana@example.com", null)]
    public void Findings_are_rewritten_in_every_text_like_type(uint oid, short format, string value, string? expected) =>
        Rewrite(Create(Field(oid, format)), Row(Utf8(value))).ShouldBe(Row(expected is null ? null : Utf8(expected)));

    [Fact]
    public void Findings_in_binary_arrays_are_rewritten_by_element()
    {
        Rewrite(Create(Field(1009, 1)), Row(TextArray("a@b.io", null, "plain"))).ShouldBe(Row(TextArray("***", null, "plain")));
        Rewrite(Create(Field(1009, 1)), Row(TextArray("x", null))).ShouldBeNull();
    }

    [Fact]
    public void A_row_that_is_not_what_was_announced_is_refused_and_nothing_is_written()
    {
        var masker = Create(Field(25, mask: Redact), Field(25));
        var good = Row(Utf8("secret"), Utf8("x"));
        byte[][] bad =
        [
            [], [0], [0, 2], Row(Utf8("secret")), Row(Utf8("a"), Utf8("b"), Utf8("c")), [.. good, 0], good[..^1],
            [0, 2, 0x7F, 0xFF, 0xFF, 0xFF, 1], [0, 2, 0xFF, 0xFF, 0xFF, 0xFE], [0xFF, 0xFF],
        ];
        foreach (var row in bad)
        {
            var output = new ArrayBufferWriter<byte>();
            Should.Throw<PostgresWireException>(() => masker.TryRewrite(row, output));
            output.WrittenCount.ShouldBe(0);
        }
        Rewrite(masker, good).ShouldBe(Row(Utf8("***"), Utf8("x")));
    }

    [Fact]
    public void Rows_make_no_garbage_masked_or_not()
    {
        var masker = Create(Field(23), Field(25, mask: Partial), Field(25), Field(25, mask: Hash));
        var masked = Row(Utf8("7"), Utf8("123-45-6789"), Utf8("write to ana@example.com"), Utf8("secret"));
        var plain = Row(Utf8("7"), null, Utf8("Berlin, order 1234 of 2024-01-15"), null);
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Run();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Run()
        {
            output.ResetWrittenCount();
            masker.TryRewrite(masked, output).ShouldBeTrue();
            masker.TryRewrite(plain, output).ShouldBeFalse();
        }
    }

    [Fact]
    public void Hashes_of_many_rows_are_those_of_each_row_by_itself()
    {
        var masker = Create(Field(25, mask: Hash), Field(23), Field(1043, mask: Hash));
        var (together, expected) = (new ScratchBuffer(), new List<byte>());
        for (var i = 0; i < 100; i++)
        {
            var row = Row(i % 7 == 0 ? null : Utf8(new string('x', i)), Utf8($"{i}"), Utf8($"phone {i}"));
            masker.Write(row, together);
            var alone = new ScratchBuffer();
            masker.Write(row, alone);
            expected.AddRange(alone.Written);
            if (i % 5 == 0) Should.Throw<PostgresWireException>(() => masker.Write(row.AsSpan()[..^1], together));
        }

        together.Written.ToArray().ShouldBe(expected);
        together.Drop(together.Length - 10);
        together.Written.ToArray().ShouldBe(expected[^10..]);
    }

    private static MaskedField Field(uint oid, short format = 0, ValueMask? mask = null) => new("c", oid, format, mask);

    private static PostgresRowMasker Create(params MaskedField[] fields) => PostgresRowMasker.Create(fields, Detectors)!;

    /// <summary>The body of the message that was written, or null when the row may go as it is.</summary>
    private static byte[]? Rewrite(PostgresRowMasker masker, byte[] row)
    {
        var output = new ArrayBufferWriter<byte>();
        if (!masker.TryRewrite(row, output))
        {
            output.WrittenCount.ShouldBe(0);
            return null;
        }
        output.WrittenSpan[0].ShouldBe((byte)'D');
        BinaryPrimitives.ReadInt32BigEndian(output.WrittenSpan[1..]).ShouldBe(output.WrittenCount - 1);
        return output.WrittenSpan[5..].ToArray();
    }

    private static byte[] TextArray(params string?[] items)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var number in new[] { 1, 0, 25, items.Length, 1 })
            output.WriteInt32(number);
        foreach (var item in items)
        {
            output.WriteInt32(item is null ? -1 : item.Length);
            output.Write(Encoding.ASCII.GetBytes(item ?? ""));
        }
        return output.WrittenSpan.ToArray();
    }
}
