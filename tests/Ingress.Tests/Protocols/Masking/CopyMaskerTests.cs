using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Protocols.Postgres.Masking.Copy;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Masking.Engine;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Tests.Protocols.Masking.TestMasks;

namespace Hoop.Ingress.Tests.Protocols.Masking;

public sealed class CopyMaskerTests
{
    private static readonly CopyFormat Csv = CopyFormat.From([new("format", "csv")]);
    private static readonly CopyFormat Binary = CopyFormat.From([new("format", "binary")]);
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0\0\0\0\0\0\0\0\0"u8];

    [Fact]
    public void A_copy_that_nothing_can_apply_to_needs_no_masker()
    {
        PostgresCopyMasker.Create(CopyFormat.Text, [Field()], null).ShouldBeNull();
        PostgresCopyMasker.Create(Binary, [Field(oid: 23)], Detectors).ShouldBeNull();
    }

    [Theory]
    [InlineData("1\t123-45-6789\tBerlin\n", "1\t***-**-6789\tBerlin\n")]
    [InlineData("1\t\\N\tBerlin\n", "1\t\\N\tBerlin\n")]
    [InlineData("1\t\t\n", "1\t***\t\n")]
    [InlineData("1\tx\\ty\\\\z1234\tana@example.com\\nb\n", "1\t*****1234\t***\\nb\n")]
    [InlineData("1\tabc\tx\\ny\n2\tdef\t\\N\n", "1\t***\tx\\ny\n2\t***\t\\N\n")]
    [InlineData("1\t\\142\\x41c\tx\r\n", "1\t***\tx\r\n")]
    public void Text(string data, string expected) => AllSplits(CopyFormat.Text, data, expected);

    [Theory]
    [InlineData("1,123-45-6789,Berlin\n", "1,***-**-6789,Berlin\n")]
    [InlineData("1,,x\n", "1,,x\n")]
    [InlineData("1,\"\",x\n", "1,***,x\n")]
    [InlineData("1,\"a,b \"\"c\"\"\nd1234\",\"mail \"\"ana@example.com\"\"\"\n2,x,y\n", "1,\"*,* *****1234\",\"mail \"\"***\"\"\"\n2,*,y\n")]
    public void Csv_with_quotes_and_line_breaks_in_them(string data, string expected) => AllSplits(Csv, data, expected);

    [Fact]
    public void Csv_with_other_marks()
    {
        var format = CopyFormat.From([new("format", "csv"), new("delimiter", ";"), new("quote", "'"), new("escape", "\\"), new("null", "nil"), new("header", null)]);
        AllSplits(format, "id;ssn;city\n1;'a\\'b;\\\\c1234';nil\n2;nil;Berlin\n", "id;ssn;city\n1;******1234;nil\n2;nil;Berlin\n");
    }

    [Fact]
    public void A_null_mask_writes_the_null_of_the_format()
    {
        Copy(PostgresCopyMasker.Create(CopyFormat.Text, [Field(Null)], null)!, "abc\n").ShouldBe("\\N\n");
        var format = CopyFormat.From([new("null", "-"), new("delimiter", "|")]);
        Copy(PostgresCopyMasker.Create(format, [Field(Null), Field()], null)!, "abc|x\n").ShouldBe("-|x\n");
    }

    [Fact]
    public void A_column_of_a_known_type_keeps_its_type() =>
        Copy(PostgresCopyMasker.Create(CopyFormat.Text, [Field(Redact, 23), Field(Redact, 1009)], null)!, "42\t{a,b}\n").ShouldBe("0\t{}\n");

    [Fact]
    public void Binary_tuples_are_rewritten_on_every_split()
    {
        byte[] Tuple(params byte[]?[] values) => Row(values);
        byte[] data = [.. Header, .. Tuple(Utf8("secret1234"), Utf8("x")), .. Tuple(null, Utf8("ana@example.com")), 0xFF, 0xFF];
        byte[] expected = [.. Header, .. Tuple(Utf8("******1234"), Utf8("x")), .. Tuple(null, Utf8("***")), 0xFF, 0xFF];
        for (var split = 0; split <= data.Length; split++)
        {
            var masker = PostgresCopyMasker.Create(Binary, [Field(Partial, 25), Field(oid: 25)], Detectors)!;
            byte[] sent = [.. Bytes(masker, data[..split]), .. Bytes(masker, data[split..])];
            masker.Complete();
            sent.ShouldBe(expected);
        }
    }

    [Fact]
    public void Each_row_has_its_own_message_and_the_binary_header_goes_with_the_first()
    {
        var output = new ArrayBufferWriter<byte>();
        PostgresCopyMasker.Create(CopyFormat.Text, [Field(Redact)], null)!.TryRewrite("a\nb\nc"u8, output).ShouldBeTrue();
        output.WrittenSpan.ToArray().ShouldBe("d\0\0\0\u0008***\nd\0\0\0\u0008***\n"u8.ToArray());
        var masker = PostgresCopyMasker.Create(Binary, [Field(oid: 25)], Detectors)!;
        masker.TryRewrite([.. Header, .. Row(Utf8("x"))], output).ShouldBeFalse();
        masker.TryRewrite(Row(Utf8("y")), output).ShouldBeFalse();
        masker.TryRewrite([0xFF, 0xFF], output).ShouldBeFalse();
    }

    [Fact]
    public void Data_that_is_not_what_was_announced_is_refused()
    {
        Refused(CopyFormat.Text, "a\n"u8.ToArray());
        Refused(CopyFormat.Text, "a\tb\tc\td\n"u8.ToArray());
        Refused(CopyFormat.Text, "a\tb\tc\\\n"u8.ToArray());
        Refused(Csv, "a,b,c,d\n"u8.ToArray());
        Refused(Csv, "a,b,c"u8.ToArray());
        Refused(Csv, "\"a,b,c\n"u8.ToArray());
        Refused(Binary, [.. "PGCOPX\n"u8, 0xFF, .. "\r\n\0\0\0\0\0\0\0\0\0"u8]);
        Refused(Binary, [.. Header, .. Row(Utf8("a"))]);
        Refused(Binary, [.. Header, 0xFF, 0xFF, 0, 0]);
        Refused(Binary, [.. Header, 0, 3, 0xFF, 0xFF, 0xFF, 0xF0]);
    }

    [Fact]
    public void A_row_without_end_is_refused_at_the_limit()
    {
        var masker = PostgresCopyMasker.Create(CopyFormat.Text, [Field(Redact)], null)!;
        var part = new byte[8 * 1024 * 1024];
        part.AsSpan().Fill((byte)'a');
        Should.Throw<PostgresWireException>(() =>
        {
            for (var i = 0; i < 9; i++)
                masker.TryRewrite(part, new ArrayBufferWriter<byte>()).ShouldBeTrue();
        });
    }

    [Theory]
    [InlineData("format", "arrow")]
    [InlineData("encoding", "latin1")]
    [InlineData("quote", "'")]
    [InlineData("delimiter", "a")]
    [InlineData("delimiter", "||")]
    [InlineData("null", "a\tb")]
    [InlineData("header", "perhaps")]
    [InlineData("oids", null)]
    public void Options_that_cannot_be_followed_are_refused_in_one_line(string name, string? value) =>
        Should.Throw<NotSupportedException>(() => CopyFormat.From([new(name, value)])).Message.ShouldNotContain("\n");

    [Fact]
    public void Rows_make_no_garbage()
    {
        var masker = PostgresCopyMasker.Create(CopyFormat.Text, [Field(), Field(Partial), Field()], Detectors)!;
        var output = new ArrayBufferWriter<byte>(4096);
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Run();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Run()
        {
            output.ResetWrittenCount();
            masker.TryRewrite("1\t123-45-6789\tx\\ty ana@example.com\n"u8, output);
            masker.TryRewrite("1\t\\N\tBerlin\n"u8, output).ShouldBeFalse();
        }
    }

    private static MaskedField Field(ValueMask? mask = null, uint oid = 0) => new("c", oid, 0, mask);

    private static void AllSplits(CopyFormat format, string data, string expected)
    {
        var bytes = Utf8(data);
        for (var first = 0; first <= bytes.Length; first++)
            for (var second = first; second <= bytes.Length; second += 3)
            {
                var masker = PostgresCopyMasker.Create(format, [Field(), Field(Partial), Field()], Detectors)!;
                byte[] sent = [.. Bytes(masker, bytes[..first]), .. Bytes(masker, bytes[first..second]), .. Bytes(masker, bytes[second..])];
                masker.Complete();
                Encoding.UTF8.GetString(sent).ShouldBe(expected);
            }
    }

    private static string Copy(PostgresCopyMasker masker, string data) => Encoding.UTF8.GetString(Bytes(masker, Utf8(data)));

    private static void Refused(CopyFormat format, byte[] data) => Should.Throw<PostgresWireException>(() =>
    {
        var masker = PostgresCopyMasker.Create(format, [Field(Redact), Field(), Field()], null)!;
        masker.TryRewrite(data, new ArrayBufferWriter<byte>());
        masker.Complete();
    });

    /// <summary>What the client gets, without the messages around it.</summary>
    private static byte[] Bytes(PostgresCopyMasker masker, byte[] data)
    {
        var output = new ArrayBufferWriter<byte>();
        if (!masker.TryRewrite(data, output))
            return data;
        List<byte> content = [];
        for (var rest = output.WrittenSpan; !rest.IsEmpty;)
        {
            rest[0].ShouldBe((byte)'d');
            var length = BinaryPrimitives.ReadInt32BigEndian(rest[1..]);
            content.AddRange(rest[5..(1 + length)]);
            rest = rest[(1 + length)..];
        }
        return [.. content];
    }
}
