using System.Buffers;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>The server waits for the next request, and says where its transaction stands.</summary>
public static class ReadyForQuery
{
    public const byte Idle = (byte)'I';
    public const byte InTransaction = (byte)'T';
    public const byte Failed = (byte)'E';

    public static byte Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var status = reader.ReadByte();
        reader.End();
        return status is Idle or InTransaction or Failed ? status : throw new PostgresWireException("unknown transaction status");
    }

    public static void Write(IBufferWriter<byte> output, byte status) => output.WriteMessage(BackendType.ReadyForQuery, [status]);
}
