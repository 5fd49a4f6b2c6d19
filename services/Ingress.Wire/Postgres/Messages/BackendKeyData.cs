using System.Buffers;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>What a later CancelRequest must show. The secret has four bytes in protocol 3.0.</summary>
public sealed record BackendKeyData(int ProcessId, byte[] Secret)
{
    public static BackendKeyData Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var processId = reader.ReadInt32();
        var secret = reader.Rest.ToArray();
        if (secret.Length is < 4 or > 256) throw new PostgresWireException("BackendKeyData with an impossible secret");
        return new BackendKeyData(processId, secret);
    }

    public void Write(IBufferWriter<byte> output)
    {
        output.WriteHeader(BackendType.BackendKeyData, 4 + Secret.Length);
        output.WriteInt32(ProcessId);
        output.Write(Secret);
    }

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"backend {ProcessId}";
}
