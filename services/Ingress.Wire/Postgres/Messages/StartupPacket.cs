using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Hoop.Ingress.Wire.Postgres.Messages;

public enum StartupKind { Startup, Ssl, Gss, Cancel, Unsupported }

/// <summary>The first packet of a connection: what is asked for, or the start-up parameters.</summary>
public sealed class StartupPacket
{
    private const int CancelCode = 80877102, SslCode = 80877103, GssCode = 80877104;

    public required StartupKind Kind { get; init; }

    /// <summary>Major in the high half, minor in the low one.</summary>
    public int Version { get; init; }

    public int Major => Version >> 16;
    public int Minor => Version & 0xFFFF;

    /// <summary>In order; a name that comes twice is refused.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    public int CancelProcessId { get; init; }
    public byte[] CancelSecret { get; init; } = [];

    public static StartupPacket Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var code = reader.ReadInt32();
        switch (code)
        {
            case SslCode: reader.End(); return new StartupPacket { Kind = StartupKind.Ssl };
            case GssCode: reader.End(); return new StartupPacket { Kind = StartupKind.Gss };
            case CancelCode:
                return new StartupPacket { Kind = StartupKind.Cancel, CancelProcessId = reader.ReadInt32(), CancelSecret = reader.Rest.ToArray() };
        }

        if (code >> 16 != 3) return new StartupPacket { Kind = StartupKind.Unsupported, Version = code };
        return new StartupPacket { Kind = StartupKind.Startup, Version = code, Parameters = ReadParameters(ref reader) };
    }

    public static void Write(IBufferWriter<byte> output, int version, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var body = new ArrayBufferWriter<byte>(256);
        body.WriteInt32(version);
        foreach (var (name, value) in parameters)
        {
            body.WriteCString(name);
            body.WriteCString(value);
        }

        body.WriteByte(0);
        output.WriteInt32(body.WrittenCount + 4);
        output.Write(body.WrittenSpan);
    }

    public static void WriteCancel(IBufferWriter<byte> output, int processId, ReadOnlySpan<byte> secret)
    {
        output.WriteInt32(12 + secret.Length);
        output.WriteInt32(CancelCode);
        output.WriteInt32(processId);
        output.Write(secret);
    }

    public static void WriteSslRequest(IBufferWriter<byte> output)
    {
        Span<byte> packet = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(packet, 8);
        BinaryPrimitives.WriteInt32BigEndian(packet[4..], SslCode);
        output.Write(packet);
    }

    private static Dictionary<string, string> ReadParameters(ref PostgresFieldReader reader)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        while (true)
        {
            var name = reader.ReadCString();
            if (name.IsEmpty) break;
            if (!parameters.TryAdd(Encoding.UTF8.GetString(name), reader.ReadString()))
                throw new PostgresWireException("start-up packet with a parameter given twice");
        }

        reader.End();
        return parameters;
    }
}
