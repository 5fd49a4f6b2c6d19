using System.Buffers;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>Describe and Close share their form: what kind of thing, and its name.</summary>
public readonly ref struct Describe
{
    public const byte StatementKind = (byte)'S';
    public const byte PortalKind = (byte)'P';

    public required byte Kind { get; init; }
    public required ReadOnlySpan<byte> Name { get; init; }

    public static Describe Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var kind = reader.ReadByte();
        if (kind is not (StatementKind or PortalKind)) throw new PostgresWireException("Describe or Close of an unknown kind");
        var message = new Describe { Kind = kind, Name = reader.ReadCString() };
        reader.End();
        return message;
    }

    public static void Write(IBufferWriter<byte> output, byte kind, string name) => Write(output, FrontendType.Describe, kind, name);

    internal static void Write(IBufferWriter<byte> output, byte type, byte kind, string name)
    {
        output.WriteHeader(type, 1 + PostgresWriter.CStringLength(name));
        output.WriteByte(kind);
        output.WriteCString(name);
    }
}
