using System.Buffers;
using System.Text;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Wire.Tests.Postgres;

public class MessageTests
{
    private static byte[] Body(Action<ArrayBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan[PostgresFrame.HeaderLength..].ToArray();
    }

    [Fact]
    public void Bind_gives_its_values_back_and_tells_null_from_empty()
    {
        var body = Body(output => Bind.WriteText(output, "p", "s", ["42", null, ""]));
        var bind = Bind.Read(body);
        (Encoding.UTF8.GetString(bind.Portal), Encoding.UTF8.GetString(bind.Statement), bind.ParameterCount).ShouldBe(("p", "s", 3));
        var values = bind.Values;
        values.TryReadValue(out var first).ShouldBeTrue();
        Encoding.UTF8.GetString(first).ShouldBe("42");
        values.TryReadValue(out _).ShouldBeFalse();
        values.TryReadValue(out var third).ShouldBeTrue();
        third.Length.ShouldBe(0);
        values.End();
    }

    [Fact]
    public void Parse_gives_its_types_back()
    {
        var body = Body(output => Parse.Write(output, "s1", "select $1", [23, 25]));
        var parse = Parse.Read(body);
        Encoding.UTF8.GetString(parse.Text).ShouldBe("select $1");
        parse.TypeOids().ShouldBe([23u, 25u]);
    }

    [Fact]
    public void RowDescription_gives_its_columns_back()
    {
        PostgresColumn[] columns = [new("id", 16400, 1, 23, 4, -1, 0), new("ssn", 16400, 5, 25, -1, -1, 1)];
        RowDescription.Read(Body(output => RowDescription.Write(output, columns))).ShouldBe(columns);
    }

    [Fact]
    public void A_column_count_that_lies_allocates_no_more_than_the_message_is_long() =>
        Should.Throw<PostgresWireException>(() => RowDescription.Read([0xFF, 0xFF, 0, 0]));

    [Fact]
    public void DataRow_gives_its_values_back() =>
        DataRow.ReadText(Body(output => DataRow.Write(output, "1", null, ""))).ShouldBe(["1", null, ""]);

    [Theory]
    [InlineData("SELECT 3", 3L)]
    [InlineData("INSERT 0 12", 12L)]
    [InlineData("BEGIN", null)]
    [InlineData("CREATE TABLE", null)]
    [InlineData("X 1a", null)]
    public void Rows_are_read_off_the_tag(string tag, long? rows) =>
        CommandComplete.Read(Body(output => CommandComplete.Write(output, tag))).Rows.ShouldBe(rows);

    [Fact]
    public void Diagnostics_keep_their_fields_in_order()
    {
        var diagnostic = PostgresDiagnostic.Create("ERROR", "42501", "blocked", "rule x", "ask");
        var again = PostgresDiagnostic.Read(Body(output => diagnostic.Write(output, BackendType.ErrorResponse)));
        again.Fields.ShouldBe(diagnostic.Fields);
        (again.SqlState, again.Message, again.Detail, again.Hint).ShouldBe(("42501", "blocked", "rule x", "ask"));
    }

    [Fact]
    public void A_zero_in_a_diagnostic_cannot_start_a_field()
    {
        var diagnostic = PostgresDiagnostic.Create("ERROR", "42501", "a\0Hinjected");
        PostgresDiagnostic.Read(Body(output => diagnostic.Write(output, BackendType.ErrorResponse))).Hint.ShouldBeNull();
    }

    [Fact]
    public void Bytes_after_the_end_of_a_message_are_an_error() =>
        Should.Throw<PostgresWireException>(() => Query.Read("select 1\0;drop table t\0"u8));

    [Fact]
    public void A_string_without_an_end_is_an_error() => Should.Throw<PostgresWireException>(() => Query.Read("select 1"u8));

    [Fact]
    public void A_value_longer_than_its_message_is_an_error() =>
        Should.Throw<PostgresWireException>(() => Bind.Read([0, 0, 0, 0, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF, 1]));

    [Fact]
    public void A_startup_parameter_given_twice_is_an_error()
    {
        var output = new ArrayBufferWriter<byte>();
        StartupPacket.Write(output, 196608, [new("user", "ana"), new("user", "root")]);
        Should.Throw<PostgresWireException>(() => StartupPacket.Read(output.WrittenSpan[4..]));
    }

    [Fact]
    public void The_four_first_packets_are_told_apart()
    {
        var ssl = new ArrayBufferWriter<byte>();
        StartupPacket.WriteSslRequest(ssl);
        StartupPacket.Read(ssl.WrittenSpan[4..]).Kind.ShouldBe(StartupKind.Ssl);

        var cancel = new ArrayBufferWriter<byte>();
        StartupPacket.WriteCancel(cancel, 77, [1, 2, 3, 4]);
        var packet = StartupPacket.Read(cancel.WrittenSpan[4..]);
        (packet.Kind, packet.CancelProcessId).ShouldBe((StartupKind.Cancel, 77));
        packet.CancelSecret.ShouldBe([1, 2, 3, 4]);

        StartupPacket.Read([0x04, 0xD2, 0x16, 0x30]).Kind.ShouldBe(StartupKind.Gss);
        StartupPacket.Read([0, 2, 0, 0, 0]).Kind.ShouldBe(StartupKind.Unsupported);
    }

    [Fact]
    public void Random_bytes_never_do_anything_but_parse_or_throw_the_wire_error()
    {
        var random = new Random(20_240_607);
        var bytes = new byte[64];
        for (var round = 0; round < 20_000; round++)
        {
            random.NextBytes(bytes);
            // Small numbers make counts and lengths plausible, so that parsing gets further.
            for (var i = 0; i < bytes.Length; i++) bytes[i] = random.Next(3) == 0 ? bytes[i] : (byte)random.Next(4);
            foreach (var parser in Parsers) Survives(() => parser(bytes.AsSpan(0, random.Next(bytes.Length))));
        }
    }

    private delegate void Parser(ReadOnlySpan<byte> body);

    private static readonly Parser[] Parsers =
    [
        body => Query.Read(body), body => Parse.Read(body), body => Bind.Read(body).ResultFormatCodes(), body => Execute.Read(body),
        body => Describe.Read(body), body => RowDescription.Read(body), body => DataRow.ReadText(body), body => _ = CommandComplete.Read(body).Rows,
        body => ReadyForQuery.Read(body), body => ParameterStatus.Read(body), body => BackendKeyData.Read(body), body => ParameterDescription.Read(body),
        body => NegotiateProtocolVersion.Read(body), body => Authentication.Read(body).Mechanisms(), body => PostgresDiagnostic.Read(body),
        body => CopyResponse.Read(body), body => StartupPacket.Read(body), body => StartupPacket.Read([0, 3, 0, 0, .. body]),
    ];

    private static void Survives(Action parse)
    {
        try
        {
            parse();
        }
        catch (PostgresWireException)
        {
        }
    }
}
