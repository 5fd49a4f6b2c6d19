using System.Buffers.Binary;
using System.Text;

namespace Hoop.Ingress.Wire.Postgres;

/// <summary>Decodes a message body. The only place with bounds checks: anything that does not fit throws.</summary>
public ref struct PostgresFieldReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> rest = body;

    public readonly ReadOnlySpan<byte> Rest => rest;

    public byte ReadByte() => Take(1)[0];

    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>A count that precedes a list: never negative.</summary>
    public int ReadCount()
    {
        var count = ReadInt16();
        // PostgreSQL itself reads parameter counts as unsigned: up to 65,535.
        return (ushort)count;
    }

    /// <summary>Bytes up to a terminating zero, which is consumed.</summary>
    public ReadOnlySpan<byte> ReadCString()
    {
        var end = rest.IndexOf((byte)0);
        if (end < 0) throw new PostgresWireException("string without an end");
        var value = rest[..end];
        rest = rest[(end + 1)..];
        return value;
    }

    public string ReadString() => Encoding.UTF8.GetString(ReadCString());

    /// <summary>A length and that many bytes; false for NULL (length -1).</summary>
    public bool TryReadValue(out ReadOnlySpan<byte> value)
    {
        var length = ReadInt32();
        if (length == -1)
        {
            value = default;
            return false;
        }

        value = Take(length);
        return true;
    }

    public ReadOnlySpan<byte> ReadBytes(int length) => Take(length);

    /// <summary>Asserts that the body is used up.</summary>
    public readonly void End()
    {
        if (!rest.IsEmpty) throw new PostgresWireException("message with bytes after its end");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if ((uint)length > (uint)rest.Length) throw new PostgresWireException("message shorter than its fields");
        var value = rest[..length];
        rest = rest[length..];
        return value;
    }
}
