using System.Buffers;
using System.Buffers.Binary;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain;

/// <summary>
/// Events on their way from a journal to Audit (<see cref="RecordEvents.Events"/>), as they are in the journal: for each its length (4 bytes, little-endian),
/// its hash (32 bytes) and its <see cref="CanonicalEvent"/>. Nobody turns them into text and back.
/// </summary>
public static class EventBatch
{
    private const int LengthBytes = 4;

    /// <param name="chained">Hash and canonical form: <see cref="ChainedEvent.Bytes"/>.</param>
    public static void Add(IBufferWriter<byte> batch, ReadOnlySpan<byte> chained)
    {
        var place = batch.GetSpan(LengthBytes + chained.Length);
        BinaryPrimitives.WriteInt32LittleEndian(place, chained.Length);
        chained.CopyTo(place[LengthBytes..]);
        batch.Advance(LengthBytes + chained.Length);
    }

    public static byte[] Of(IEnumerable<JournalEvent> events)
    {
        var batch = new ArrayBufferWriter<byte>();
        foreach (var e in events)
            Add(batch, BatchedEvent.Chained(e).Span);
        return batch.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not a batch.</exception>
    public static List<BatchedEvent> Read(ReadOnlyMemory<byte> batch)
    {
        var (events, texts) = (new List<BatchedEvent>(), new KnownTexts());
        while (!batch.IsEmpty)
        {
            var length = batch.Length < LengthBytes ? -1 : BinaryPrimitives.ReadInt32LittleEndian(batch.Span);
            if (length < CanonicalEvent.HashLength || length > batch.Length - LengthBytes)
                throw new InvalidDataException($"A batch of events is cut short after {events.Count} of them.");
            events.Add(BatchedEvent.Read(batch.Slice(LengthBytes, length), texts) ?? throw new InvalidDataException($"A batch of events holds something else after {events.Count} of them."));
            batch = batch[(LengthBytes + length)..];
        }

        return events;
    }
}
