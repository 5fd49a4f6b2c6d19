using System.Buffers;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>Runs a portal.</summary>
public readonly ref struct Execute
{
    public required ReadOnlySpan<byte> Portal { get; init; }

    /// <summary>0: all rows.</summary>
    public required int MaxRows { get; init; }

    public static Execute Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var message = new Execute { Portal = reader.ReadCString(), MaxRows = reader.ReadInt32() };
        reader.End();
        return message;
    }

    public static void Write(IBufferWriter<byte> output, string portal, int maxRows = 0)
    {
        output.WriteHeader(FrontendType.Execute, PostgresWriter.CStringLength(portal) + 4);
        output.WriteCString(portal);
        output.WriteInt32(maxRows);
    }
}
