using System.Buffers;
using System.Text;

namespace Hoop.Ingress.Wire.Postgres.Messages;

public enum AuthenticationKind
{
    Ok = 0, Cleartext = 3, Md5 = 5, Gss = 7, GssContinue = 8, Sspi = 9, Sasl = 10, SaslContinue = 11, SaslFinal = 12,
}

/// <summary>A step of the log-in. What follows the kind depends on it: salt, mechanisms or SASL data.</summary>
public readonly ref struct Authentication
{
    public required AuthenticationKind Kind { get; init; }
    public required ReadOnlySpan<byte> Data { get; init; }

    public static Authentication Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        return new Authentication { Kind = (AuthenticationKind)reader.ReadInt32(), Data = reader.Rest };
    }

    /// <summary>For <see cref="AuthenticationKind.Sasl"/>: the mechanisms offered.</summary>
    public List<string> Mechanisms()
    {
        var reader = new PostgresFieldReader(Data);
        var mechanisms = new List<string>();
        for (var name = reader.ReadString(); name.Length > 0; name = reader.ReadString()) mechanisms.Add(name);
        reader.End();
        return mechanisms;
    }

    public static void Write(IBufferWriter<byte> output, AuthenticationKind kind, ReadOnlySpan<byte> data = default)
    {
        output.WriteHeader(BackendType.Authentication, 4 + data.Length);
        output.WriteInt32((int)kind);
        output.Write(data);
    }

    public static void WriteSaslInitialResponse(IBufferWriter<byte> output, string mechanism, string data)
    {
        var length = Encoding.UTF8.GetByteCount(data);
        output.WriteHeader(FrontendType.Password, PostgresWriter.CStringLength(mechanism) + 4 + length);
        output.WriteCString(mechanism);
        output.WriteInt32(length);
        output.Write(Encoding.UTF8.GetBytes(data));
    }
}
