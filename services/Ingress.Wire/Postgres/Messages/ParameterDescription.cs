using System.Buffers;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>The types of a prepared statement's parameters.</summary>
public static class ParameterDescription
{
    public static uint[] Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var count = Math.Min(reader.ReadCount(), body.Length / 4 + 1);
        var types = new uint[count];
        for (var i = 0; i < count; i++) types[i] = reader.ReadUInt32();
        reader.End();
        return types;
    }

    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<uint> types)
    {
        output.WriteHeader(BackendType.ParameterDescription, 2 + types.Length * 4);
        output.WriteInt16((short)types.Length);
        foreach (var type in types) output.WriteInt32((int)type);
    }
}
