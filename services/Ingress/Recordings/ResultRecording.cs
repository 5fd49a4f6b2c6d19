using System.Text.Json;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Recordings;

/// <summary>A column of a recorded result.</summary>
public sealed record RecordedColumn(string Name, string Type);

/// <summary>Writes one row, given in its protocol's own form, as a JSON array of texts and nulls.</summary>
internal delegate void RowWriter(ReadOnlySpan<byte> row, Utf8JsonWriter json);

/// <summary>
/// The rows of one result that a rule wants recorded, on their way to the desk. Adding copies bytes and never waits; what does not fit
/// its bounds is cut, and the record says so. Used by one thread at a time.
/// </summary>
internal sealed class ResultRecording(
    SessionRecordings session, long operation, int statement, IReadOnlyList<RecordedColumn> columns, RowWriter write, long most, DetectorMask? secrets)
{
    /// <summary>A larger row is not worth holding up the relay for.</summary>
    internal const int LongestRow = 1024 * 1024;

    private RecordedBlock? block;
    private long rows;
    private long bytes;

    internal SessionRecordings Session => session;
    internal long Operation => operation;
    internal int Statement => statement;
    internal IReadOnlyList<RecordedColumn> Columns => columns;
    internal RowWriter Write => write;

    /// <summary>Finds what a column's name must not show.</summary>
    internal DetectorMask? Secrets => secrets;

    /// <summary>Chunks that the desk has made of it.</summary>
    internal int Chunks { get; set; }

    /// <summary>No more rows are wanted.</summary>
    public bool Done { get; private set; }

    public void Add(ReadOnlySpan<byte> row)
    {
        if (Done) return;
        if (row.Length > LongestRow) Cut($"a row is longer than {LongestRow} bytes");
        else if ((bytes += row.Length) > session.Desk.MostBytes) Cut($"the rows are more than {session.Desk.MostBytes} bytes");
        else Take(row);
    }

    /// <summary>The rows that follow are not recorded.</summary>
    public void Cut(string why)
    {
        if (Done) return;
        End();
        session.Desk.Submit(new RecordedBlock(this) { Cut = why });
    }

    /// <summary>The result is complete, or nobody wants more of it. Idempotent.</summary>
    public void End()
    {
        Done = true;
        if (block is { } last) session.Desk.Submit(last);
        block = null;
    }

    private void Take(ReadOnlySpan<byte> row)
    {
        block ??= new RecordedBlock(this);
        if (!block.TryAdd(row))
        {
            if (!session.Desk.TrySubmit(block))
            {
                // The last block still goes: it is in memory anyway, and says where the recording ends.
                Cut("rows came faster than they could be recorded");
                return;
            }

            block = new RecordedBlock(this);
            block.TryAdd(row);
        }

        if (++rows >= most) End();
    }
}
