using System.Buffers;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing.Wire;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Wire.Tests.Postgres;

public class PostgresFrameTests
{
    private static byte[] Bytes(Action<ArrayBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }

    [Fact]
    public void Two_frames_are_read_whatever_way_they_are_cut()
    {
        var bytes = Bytes(output =>
        {
            output.WriteStringMessage(FrontendType.Query, "select 1");
            output.WriteEmpty(FrontendType.Sync);
        });

        foreach (var split in Splits.Of(bytes))
        {
            var buffer = split;
            PostgresFrame.TryRead(ref buffer, 100, out var query).ShouldBe(FrameRead.Whole);
            query.Type.ShouldBe(FrontendType.Query);
            using (var body = new PostgresBody(query.Body)) Query.Read(body.Span).Text.SequenceEqual("select 1"u8).ShouldBeTrue();
            PostgresFrame.TryRead(ref buffer, 100, out var sync).ShouldBe(FrameRead.Whole);
            sync.Type.ShouldBe(FrontendType.Sync);
            buffer.Length.ShouldBe(0);
        }
    }

    [Fact]
    public void A_frame_that_has_not_all_arrived_is_left_in_the_buffer()
    {
        var bytes = Bytes(output => output.WriteStringMessage(FrontendType.Query, "select 1"));
        for (var length = 0; length < bytes.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(bytes, 0, length);
            PostgresFrame.TryRead(ref buffer, 100, out _).ShouldBe(FrameRead.Incomplete);
            buffer.Length.ShouldBe(length);
        }
    }

    [Fact]
    public void The_limit_is_checked_on_the_header_alone()
    {
        var buffer = new ReadOnlySequence<byte>([(byte)'Q', 0, 0, 1, 0]);
        PostgresFrame.TryRead(ref buffer, 251, out _).ShouldBe(FrameRead.TooLong);
        buffer.Length.ShouldBe(5);
    }

    [Theory]
    [InlineData(0, 0, 0, 3)]
    [InlineData(0xFF, 0xFF, 0xFF, 0xFF)]
    [InlineData(0x80, 0, 0, 0)]
    public void A_length_that_does_not_cover_itself_is_an_error(byte a, byte b, byte c, byte d)
    {
        var buffer = new ReadOnlySequence<byte>([(byte)'Q', a, b, c, d, 0]);
        Should.Throw<PostgresWireException>(() => PostgresFrame.TryRead(ref buffer, int.MaxValue, out _));
    }

    [Fact]
    public void A_startup_packet_is_read_whatever_way_it_is_cut()
    {
        var bytes = Bytes(output => StartupPacket.Write(output, 196608, [new("user", "ana"), new("database", "shop")]));
        foreach (var split in Splits.Of(bytes))
        {
            var buffer = split;
            PostgresFrame.TryReadStartup(ref buffer, 10_000, out var body).ShouldBe(FrameRead.Whole);
            using var whole = new PostgresBody(body);
            var packet = StartupPacket.Read(whole.Span);
            (packet.Kind, packet.Major, packet.Minor).ShouldBe((StartupKind.Startup, 3, 0));
            packet.Parameters["database"].ShouldBe("shop");
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_startup_packet_shorter_than_its_own_header_is_an_error(int length)
    {
        var bytes = Bytes(output => { output.WriteInt32(length); output.WriteInt32(196608); });
        var buffer = new ReadOnlySequence<byte>(bytes);
        Should.Throw<PostgresWireException>(() => PostgresFrame.TryReadStartup(ref buffer, 10_000, out _));
    }

    [Fact]
    public void A_startup_packet_over_the_limit_is_seen_before_it_is_buffered()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0, 0x40, 0]);
        PostgresFrame.TryReadStartup(ref buffer, 10_000, out _).ShouldBe(FrameRead.TooLong);
    }
}
