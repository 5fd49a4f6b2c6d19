using System.Buffers;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>A setting the client should know, at log-in and whenever it changes.</summary>
public readonly record struct ParameterStatus(string Name, string Value)
{
    public static ParameterStatus Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var message = new ParameterStatus(reader.ReadString(), reader.ReadString());
        reader.End();
        return message;
    }

    public void Write(IBufferWriter<byte> output)
    {
        output.WriteHeader(BackendType.ParameterStatus, PostgresWriter.CStringLength(Name) + PostgresWriter.CStringLength(Value));
        output.WriteCString(Name);
        output.WriteCString(Value);
    }
}
