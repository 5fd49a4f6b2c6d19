using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;

namespace Hoop.Ingress.Journal.Segments;

/// <summary>
/// Where the chain of every open session stands. Each segment begins with them, so that a segment can be deleted once shipped
/// and a crash later still ends its sessions at the right place.
/// </summary>
internal sealed class SessionHeads
{
    private readonly Dictionary<string, Head> heads = [];

    public int Count => heads.Count;

    public IReadOnlyList<(string Session, long Next, byte[] Hash)> All => [.. heads.Select(h => (h.Key, h.Value.Next, Bytes(h.Value.Hash)))];

    /// <summary>True when the event is the one that follows its session's head.</summary>
    public bool IsNext(in ChainedEvent e)
    {
        ref var head = ref CollectionsMarshal.GetValueRefOrNullRef(heads, e.SessionId);
        return Unsafe.IsNullRef(ref head) ? e.Sequence == 0 : e.Sequence == head.Next && e.PreviousHash.SequenceEqual(head.Hash);
    }

    public void Advance(in ChainedEvent e) => Advance(e.SessionId, e.Sequence, e.Kind, e.Hash);

    public void Advance(JournalEvent e)
    {
        Span<byte> hash = stackalloc byte[CanonicalEvent.HashLength];
        Convert.FromHexString(e.Hash, hash, out _, out _);
        Advance(e.SessionId, e.Sequence, e.Kind, hash);
    }

    /// <summary>The whole record, frame included.</summary>
    public byte[] ToRecord()
    {
        var size = JournalRecord.FrameLength + 5 + heads.Sum(h => 4 + Encoding.UTF8.GetByteCount(h.Key) + 8 + 32);
        var record = new byte[size];
        record[JournalRecord.FrameLength] = (byte)RecordType.Heads;
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(JournalRecord.FrameLength + 1), heads.Count);
        var at = JournalRecord.FrameLength + 5;
        foreach (var (session, head) in heads)
        {
            var length = Encoding.UTF8.GetBytes(session, record.AsSpan(at + 4));
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(at), length);
            at += 4 + length;
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(at), head.Next);
            ((ReadOnlySpan<byte>)head.Hash).CopyTo(record.AsSpan(at + 8));
            at += 40;
        }

        JournalRecord.Frame(record);
        return record;
    }

    /// <summary>Replaces all heads by those of a record's body, whose checksum was right.</summary>
    public void Load(ReadOnlySpan<byte> body)
    {
        heads.Clear();
        var rest = body[5..];
        for (var count = BinaryPrimitives.ReadInt32LittleEndian(body[1..]); count > 0; count--)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            var session = Encoding.UTF8.GetString(rest.Slice(4, length));
            rest = rest[(4 + length)..];
            Set(session, BinaryPrimitives.ReadInt64LittleEndian(rest), rest.Slice(8, 32));
            rest = rest[40..];
        }
    }

    private void Advance(string session, long sequence, string kind, ReadOnlySpan<byte> hash)
    {
        if (kind is EventKinds.SessionEnded or EventKinds.SessionRefused or EventKinds.Content)
            heads.Remove(session);
        else
            Set(session, sequence + 1, hash);
    }

    private void Set(string session, long next, ReadOnlySpan<byte> hash)
    {
        ref var head = ref CollectionsMarshal.GetValueRefOrAddDefault(heads, session, out _);
        head.Next = next;
        hash.CopyTo(head.Hash);
    }

    private static byte[] Bytes(HashBytes hash) => ((ReadOnlySpan<byte>)hash).ToArray();

    private struct Head
    {
        public long Next;
        public HashBytes Hash;
    }

    [InlineArray(CanonicalEvent.HashLength)]
    private struct HashBytes
    {
        private byte first;
    }
}
