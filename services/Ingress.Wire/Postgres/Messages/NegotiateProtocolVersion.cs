using System.Buffers;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>The server speaks an older minor version, or does not know some <c>_pq_.</c> options.</summary>
public static class NegotiateProtocolVersion
{
    /// <param name="version">Newest version spoken: major in the high half, minor in the low one (PostgreSQL 18 reads it so; older clients only look at the low half).</param>
    public static void Write(IBufferWriter<byte> output, int version, IReadOnlyList<string> unknownOptions)
    {
        output.WriteHeader(BackendType.NegotiateProtocolVersion, 8 + unknownOptions.Sum(PostgresWriter.CStringLength));
        output.WriteInt32(version);
        output.WriteInt32(unknownOptions.Count);
        foreach (var option in unknownOptions) output.WriteCString(option);
    }

    public static (int Version, IReadOnlyList<string> UnknownOptions) Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var version = reader.ReadInt32();
        var count = reader.ReadInt32();
        if (count < 0 || count > reader.Rest.Length) throw new PostgresWireException("NegotiateProtocolVersion with an impossible count");
        var options = new string[count];
        for (var i = 0; i < count; i++) options[i] = reader.ReadString();
        reader.End();
        return (version, options);
    }
}
