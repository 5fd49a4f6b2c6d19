using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Recordings;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>Rows on their way into the recording, masked as for somebody without any role: more people read it than the one who asked.</summary>
internal sealed class RecordedRows(ResultRecording recording, PostgresRowMasker? masker)
{
    private const int LongestValue = 64 * 1024;

    [ThreadStatic]
    private static ScratchBuffer? scratch;

    public bool Done => recording.Done;

    /// <summary>Takes the body of a DataRow, as the server sent it. Never fails: what cannot be masked is not recorded.</summary>
    public void Add(ReadOnlySpan<byte> body)
    {
        if (masker is null)
        {
            recording.Add(body);
            return;
        }

        try
        {
            var row = (scratch ??= new()).Clear();
            masker.Write(body, row);
            recording.Add(row.Written[PostgresFrame.HeaderLength..]);
        }
        catch (PostgresWireException)
        {
            recording.Cut("a row was not the one that was announced, so it could not be masked");
        }
    }

    /// <returns>True: the message is too long to be recorded, and need not be waited for.</returns>
    public bool Skips(long length)
    {
        if (length > ResultRecording.LongestRow) recording.Cut($"a row is longer than {ResultRecording.LongestRow} bytes");
        return recording.Done;
    }

    /// <summary>A DataRow's body → a JSON array.</summary>
    internal static RowWriter Writer(PostgresColumn[] columns) => (row, json) =>
    {
        var reader = new PostgresFieldReader(row);
        var count = reader.ReadCount();
        json.WriteStartArray();
        for (var i = 0; i < count; i++)
        {
            var (type, binary) = i < columns.Length ? (columns[i].TypeOid, columns[i].Format == 1) : (0u, false);
            if (reader.TryReadValue(out var value)) json.WriteStringValue(BindValueText.Render(value, binary, type, LongestValue));
            else json.WriteNullValue();
        }

        json.WriteEndArray();
    };
}
