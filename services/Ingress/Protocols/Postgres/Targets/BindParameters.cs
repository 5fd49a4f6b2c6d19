using System.Buffers;
using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>A Bind's parameters as they came, so that they can be bound once more.</summary>
internal sealed record BindParameters(uint[] Types, byte[] Formats, int Count, byte[] RawValues)
{
    internal static readonly BindParameters None = new([], [], 0, []);

    internal void WriteBind(IBufferWriter<byte> output)
    {
        output.WriteHeader(FrontendType.Bind, 2 + 2 + Formats.Length + 2 + RawValues.Length + 2);
        output.WriteByte(0);
        output.WriteByte(0);
        output.WriteInt16((short)(Formats.Length / 2));
        output.Write(Formats);
        output.WriteInt16((short)Count);
        output.Write(RawValues);
        output.WriteInt16(0);
    }
}
