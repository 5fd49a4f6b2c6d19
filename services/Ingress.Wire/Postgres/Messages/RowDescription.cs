using System.Buffers;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>The columns of the rows that follow.</summary>
public static class RowDescription
{
    public static PostgresColumn[] Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        // A column takes at least 19 bytes: a lying count cannot make us allocate more than the message is long.
        var count = Math.Min(reader.ReadCount(), body.Length / 19 + 1);
        var columns = new PostgresColumn[count];
        for (var i = 0; i < count; i++)
        {
            columns[i] = new PostgresColumn(
                reader.ReadString(), reader.ReadUInt32(), reader.ReadInt16(), reader.ReadUInt32(),
                reader.ReadInt16(), reader.ReadInt32(), reader.ReadInt16());
        }

        reader.End();
        return columns;
    }

    public static void Write(IBufferWriter<byte> output, IReadOnlyList<PostgresColumn> columns)
    {
        output.WriteHeader(BackendType.RowDescription, 2 + columns.Sum(column => PostgresWriter.CStringLength(column.Name) + 18));
        output.WriteInt16((short)columns.Count);
        foreach (var column in columns)
        {
            output.WriteCString(column.Name);
            output.WriteInt32((int)column.TableOid);
            output.WriteInt16(column.AttributeNumber);
            output.WriteInt32((int)column.TypeOid);
            output.WriteInt16(column.TypeSize);
            output.WriteInt32(column.TypeModifier);
            output.WriteInt16(column.Format);
        }
    }
}
