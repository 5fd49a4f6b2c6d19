using System.Buffers.Binary;
using System.Text;
using Hoop.Contracts.Audit;

namespace Hoop.Ingress.Journal.Segments;

/// <summary>
/// Where the chain of every open session stands. Each segment begins with them, so that a segment can be deleted once shipped
/// and a crash later still ends its sessions at the right place.
/// </summary>
internal sealed class SessionHeads
{
    private readonly Dictionary<string, (long Next, string Hash)> heads = [];

    public int Count => heads.Count;

    public IReadOnlyList<(string Session, long Next, string Hash)> All => [.. heads.Select(h => (h.Key, h.Value.Next, h.Value.Hash))];

    /// <summary>True when the event is the one that follows its session's head.</summary>
    public bool IsNext(JournalEvent e) =>
        heads.TryGetValue(e.SessionId, out var head) ? e.Sequence == head.Next && e.PreviousHash == head.Hash : e.Sequence == 0;

    public void Advance(JournalEvent e)
    {
        if (e.Kind is EventKinds.SessionEnded or EventKinds.SessionRefused)
            heads.Remove(e.SessionId);
        else
            heads[e.SessionId] = (e.Sequence + 1, e.Hash);
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
            Convert.FromHexString(head.Hash, record.AsSpan(at + 8, 32), out _, out _);
            at += 40;
        }

        JournalRecord.Frame(record, at - JournalRecord.FrameLength);
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
            heads[session] = (BinaryPrimitives.ReadInt64LittleEndian(rest), Convert.ToHexStringLower(rest.Slice(8, 32)));
            rest = rest[40..];
        }
    }
}
