using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Hoop.Audit.Chain;
using Npgsql;

namespace Hoop.Audit.Storage;

/// <summary>
/// New rows of <c>audit.event_chunks</c> in the binary form of COPY (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"), written straight from the bytes that came.
/// Not a whole COPY is no harm: its transaction is then not committed either.
/// </summary>
internal sealed class EventChunkCopy(string ingress)
{
    private const string Copy = "COPY audit.event_chunks (session_id, sequence, at, events, times, kinds, payloads, previous_hash, hashes, ingress) FROM STDIN (FORMAT binary)";
    private const short Columns = 10;
    private const int Text = 25, TimestampTz = 1184;   // Their oids.

    /// <summary>Sent as soon as there are so many bytes.</summary>
    private const int Full = 48 * 1024;

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ArrayBufferWriter<byte> rows = new(Full);

    /// <summary>The signature, no flags, no extension.</summary>
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xff, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <param name="sessions">Of each session its events in the order of their sequence.</param>
    public async Task WriteAsync(NpgsqlConnection connection, IEnumerable<List<BatchedEvent>> sessions, CancellationToken cancel)
    {
        await using var copy = await connection.BeginRawBinaryCopyAsync(Copy, cancel);
        rows.Write(Header);
        foreach (var events in sessions)
            for (var (start, end) = (0, 0); start < events.Count; start = end)
            {
                end = EventChunk.EndOf(events, start);
                AddRow(events, start, end);
                if (rows.WrittenCount < Full)
                    continue;
                await copy.WriteAsync(rows.WrittenMemory, cancel);
                rows.ResetWrittenCount();
            }

        Add((short)-1);
        await copy.WriteAsync(rows.WrittenMemory, cancel);
    }

    private void AddRow(List<BatchedEvent> events, int start, int end)
    {
        var count = end - start;
        Add(Columns);
        AddText(events[start].SessionId);
        AddNumber(events[start].Sequence);
        AddNumber(Microseconds(events[start].At));
        Add(sizeof(int));
        Add(count);
        BeginArray(TimestampTz, count, count * sizeof(long));
        for (var i = start; i < end; i++)
            AddNumber(Microseconds(events[i].At));
        BeginArray(Text, count, Sum(events, start, end, e => Encoding.UTF8.GetByteCount(e.Kind)));
        for (var i = start; i < end; i++)
            AddText(events[i].Kind);
        BeginArray(Text, count, Sum(events, start, end, e => e.Payload.Length));
        for (var i = start; i < end; i++)
        {
            Add(events[i].Payload.Length);
            rows.Write(events[i].Payload.Span);
        }

        Add(CanonicalEvent.HashLength);
        Add(events[start].PreviousHash);
        Add(count * CanonicalEvent.HashLength);
        for (var i = start; i < end; i++)
            Add(events[i].Hash);
        AddText(ingress);
    }

    /// <summary>One dimension from 1 on, no NULLs; the elements follow, each with its length before it.</summary>
    private void BeginArray(int type, int count, int bytes)
    {
        Add((5 * sizeof(int)) + (count * sizeof(int)) + bytes);
        Add(1);
        Add(0);
        Add(type);
        Add(count);
        Add(1);
    }

    private void AddText(string text)
    {
        var place = rows.GetSpan(sizeof(int) + Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, place[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(place, length);
        rows.Advance(sizeof(int) + length);
    }

    private void AddNumber(long value)
    {
        var place = rows.GetSpan(sizeof(int) + sizeof(long));
        BinaryPrimitives.WriteInt32BigEndian(place, sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(place[sizeof(int)..], value);
        rows.Advance(sizeof(int) + sizeof(long));
    }

    private void Add(ChainHash hash)
    {
        hash.Write(rows.GetSpan(CanonicalEvent.HashLength));
        rows.Advance(CanonicalEvent.HashLength);
    }

    private void Add(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(rows.GetSpan(sizeof(int)), value);
        rows.Advance(sizeof(int));
    }

    private void Add(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(rows.GetSpan(sizeof(short)), value);
        rows.Advance(sizeof(short));
    }

    private static int Sum(List<BatchedEvent> events, int start, int end, Func<BatchedEvent, int> length)
    {
        var sum = 0;
        for (var i = start; i < end; i++)
            sum += length(events[i]);
        return sum;
    }

    private static long Microseconds(DateTimeOffset at) => (at.UtcTicks - Epoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;
}
