using System.Buffers;
using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>NOTIFY payloads are text like any other: detectors read them.</summary>
internal static class NotificationMask
{
    /// <returns>True: it passes as it is.</returns>
    internal static bool Pass(DiagnosticMask? mask, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (mask is null) return true;
        var reader = new PostgresFieldReader(body);
        var process = reader.ReadInt32();
        var channel = reader.ReadString();
        var payload = mask.Rewrite(reader.ReadString());
        reader.End();
        output.WriteHeader(BackendType.NotificationResponse, 4 + PostgresWriter.CStringLength(channel) + PostgresWriter.CStringLength(payload));
        output.WriteInt32(process);
        output.WriteCString(channel);
        output.WriteCString(payload);
        return false;
    }
}
