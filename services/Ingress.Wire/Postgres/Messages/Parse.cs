using System.Buffers;
using System.Buffers.Binary;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>Makes a prepared statement of one statement's text.</summary>
public readonly ref struct Parse
{
    /// <summary>Empty for the unnamed statement.</summary>
    public required ReadOnlySpan<byte> Statement { get; init; }

    public required ReadOnlySpan<byte> Text { get; init; }

    /// <summary>Four bytes each, big endian; 0 leaves the type to the server.</summary>
    public required ReadOnlySpan<byte> ParameterTypes { get; init; }

    public static Parse Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var statement = reader.ReadCString();
        var text = reader.ReadCString();
        var types = reader.ReadBytes(reader.ReadCount() * 4);
        reader.End();
        return new Parse { Statement = statement, Text = text, ParameterTypes = types };
    }

    public uint[] TypeOids()
    {
        var oids = new uint[ParameterTypes.Length / 4];
        for (var i = 0; i < oids.Length; i++) oids[i] = BinaryPrimitives.ReadUInt32BigEndian(ParameterTypes[(i * 4)..]);
        return oids;
    }

    public static void Write(IBufferWriter<byte> output, string statement, string text, ReadOnlySpan<uint> types = default)
    {
        output.WriteHeader(FrontendType.Parse, PostgresWriter.CStringLength(statement) + PostgresWriter.CStringLength(text) + 2 + types.Length * 4);
        output.WriteCString(statement);
        output.WriteCString(text);
        output.WriteInt16((short)types.Length);
        foreach (var type in types) output.WriteInt32((int)type);
    }
}
