using System.Buffers;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>Forgets a prepared statement or a portal.</summary>
public static class Close
{
    public static Describe Read(ReadOnlySpan<byte> body) => Describe.Read(body);

    public static void Write(IBufferWriter<byte> output, byte kind, string name) => Describe.Write(output, FrontendType.Close, kind, name);
}
