using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal.Segments;

namespace Hoop.Ingress.Journal.Shipping;

/// <summary>Cuts the journal into batches, in order, from the oldest segment on.</summary>
internal sealed class BatchReader(FileJournal journal, string ingressId)
{
    public const int MaxEvents = 2000;
    public const int MaxBytes = 1024 * 1024;

    private readonly ArrayBufferWriter<byte> batch = new();
    private Segment? current;
    private long offset;

    /// <summary>Null when everything that is on the disk has been read.</summary>
    public Batch? Next()
    {
        while (Advance())
        {
            if (Read(current!) is { } batch)
                return batch;
        }

        return null;
    }

    /// <summary>Moves to the next segment when this one is read; false when nothing is left.</summary>
    private bool Advance()
    {
        if (current is not null && offset < current.Synced)
            return true;
        if (current is { } done && !(done.Sealed && offset == done.Written))
            return false;
        var next = journal.Segments().FirstOrDefault(s => s.Number > (current?.Number ?? 0));
        if (next is null || next.Synced <= Segment.HeaderLength)
            return false;
        (current, offset) = (next, Segment.HeaderLength);
        return true;
    }

    private Batch? Read(Segment segment)
    {
        var (start, events, bytes) = (offset, 0, 0);
        batch.ResetWrittenCount();
        using var reader = new RecordReader(segment.Handle, offset, segment.Synced);
        while (events < MaxEvents && bytes < MaxBytes && reader.TryRead())
        {
            bytes += reader.Body.Length;
            if (reader.Body.Span[0] != (byte)RecordType.Event)
                continue;
            EventBatch.Add(batch, reader.Body.Span[1..]);
            events++;
        }

        if (reader.Position == start)
            throw new IOException($"Journal segment {Path.GetFileName(segment.Path)} can not be read at byte {start}.");
        offset = reader.Position;
        if (events > 0)
            return new Batch(new RecordEvents(IdOf(segment, start, offset), ingressId, batch.WrittenSpan.ToArray()), segment, offset);
        if (segment.Confirmed == start)
            segment.Confirmed = offset;
        return null;
    }

    /// <summary>The same stretch of the same segment always has the same id.</summary>
    private static Guid IdOf(Segment segment, long start, long end)
    {
        Span<byte> place = stackalloc byte[32];
        segment.Id.TryWriteBytes(place);
        BinaryPrimitives.WriteInt64LittleEndian(place[16..], start);
        BinaryPrimitives.WriteInt64LittleEndian(place[24..], end);
        return new Guid(SHA256.HashData(place)[..16]);
    }
}
