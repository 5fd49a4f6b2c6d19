using System.Buffers;
using System.Text;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>
/// The fields of an ErrorResponse or NoticeResponse.
/// <see href="https://www.postgresql.org/docs/current/protocol-error-fields.html"/>
/// </summary>
public sealed class PostgresDiagnostic
{
    private readonly List<(byte Field, string Value)> fields = [];

    public string Severity => this['V'] ?? this['S'] ?? "ERROR";
    public string SqlState => this['C'] ?? "XX000";
    public string Message => this['M'] ?? "";
    public string? Detail => this['D'];
    public string? Hint => this['H'];

    /// <summary>In the order they came.</summary>
    public IReadOnlyList<(byte Field, string Value)> Fields => fields;

    /// <summary>A field by its code; setting null removes it.</summary>
    public string? this[char code]
    {
        get
        {
            foreach (var (field, value) in fields)
            {
                if (field == code) return value;
            }

            return null;
        }
        set
        {
            var at = fields.FindIndex(field => field.Field == code);
            if (at >= 0) fields.RemoveAt(at);
            if (value is not null) fields.Insert(at >= 0 ? at : fields.Count, ((byte)code, value));
        }
    }

    public static PostgresDiagnostic Create(string severity, string sqlState, string message, string? detail = null, string? hint = null) => new()
    {
        ['S'] = severity, ['V'] = severity, ['C'] = sqlState, ['M'] = message, ['D'] = detail, ['H'] = hint,
    };

    public static PostgresDiagnostic Read(ReadOnlySpan<byte> body)
    {
        var diagnostic = new PostgresDiagnostic();
        var reader = new PostgresFieldReader(body);
        for (var field = reader.ReadByte(); field != 0; field = reader.ReadByte()) diagnostic.fields.Add((field, reader.ReadString()));
        reader.End();
        return diagnostic;
    }

    /// <param name="type"><see cref="BackendType.ErrorResponse"/> or <see cref="BackendType.NoticeResponse"/>.</param>
    public void Write(IBufferWriter<byte> output, byte type)
    {
        output.WriteHeader(type, fields.Sum(field => 1 + PostgresWriter.CStringLength(Clean(field.Value))) + 1);
        foreach (var (field, value) in fields)
        {
            output.WriteByte(field);
            output.WriteCString(Clean(value));
        }

        output.WriteByte(0);
    }

    // A zero inside a field would end it early and let the rest be read as other fields.
    private static string Clean(string value) => value.Contains('\0') ? value.Replace('\0', ' ') : value;

    public override string ToString() => new StringBuilder(Severity).Append(' ').Append(SqlState).Append(": ").Append(Message).ToString();
}
