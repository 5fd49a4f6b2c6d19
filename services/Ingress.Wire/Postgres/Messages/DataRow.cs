using System.Buffers;
using System.Text;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>One row: a count, then each value with its length.</summary>
public readonly ref struct DataRow
{
    public required int Count { get; init; }

    /// <summary>Call <c>TryReadValue</c> <see cref="Count"/> times, then <c>End</c>.</summary>
    public required PostgresFieldReader Values { get; init; }

    public static DataRow Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        return new DataRow { Count = reader.ReadCount(), Values = reader };
    }

    /// <summary>All values as text; for messages that are known to be small.</summary>
    public static string?[] ReadText(ReadOnlySpan<byte> body)
    {
        var row = Read(body);
        var reader = row.Values;
        var values = new string?[row.Count];
        for (var i = 0; i < values.Length; i++) values[i] = reader.TryReadValue(out var value) ? Encoding.UTF8.GetString(value) : null;
        reader.End();
        return values;
    }

    public static void Write(IBufferWriter<byte> output, params ReadOnlySpan<string?> values)
    {
        var length = 2;
        foreach (var value in values) length += 4 + (value is null ? 0 : Encoding.UTF8.GetByteCount(value));
        output.WriteHeader(BackendType.DataRow, length);
        output.WriteInt16((short)values.Length);
        foreach (var value in values)
        {
            output.WriteInt32(value is null ? -1 : Encoding.UTF8.GetByteCount(value));
            if (value is not null) output.Write(Encoding.UTF8.GetBytes(value));
        }
    }
}
