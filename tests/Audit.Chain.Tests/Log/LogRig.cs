using System.Security.Cryptography;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Log;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain.Tests.Log;

/// <summary>A log that is kept in memory.</summary>
internal sealed class LogRig(ECDsa key, string origin = "hoop")
{
    private readonly Dictionary<TreeNode, byte[]> nodes = [];
    private readonly List<LogLeaf> leaves = [];
    private readonly List<TreeHead> heads = [];

    public static DateTimeOffset At { get; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public long Size => leaves.Count;

    public LogRig Add(params IEnumerable<LogLeaf> more)
    {
        foreach (var leaf in more)
        {
            MerkleTree.Append(nodes, leaves.Count, leaf.Hash());
            leaves.Add(leaf);
        }

        return this;
    }

    public LogRig AddHead(JournalEvent e) => Add(new LogEntry(LogEntry.Head, e.SessionId, e.Sequence, e.Hash).ToLeaf());

    public LogRig AddTombstone(JournalEvent first, JournalEvent last, string partition = "events_2026w05")
    {
        var leaf = new LogEntry(LogEntry.Tombstone, last.SessionId, last.Sequence, last.Hash, first.Sequence, $"retention of 90 days, {partition}", At).ToLeaf();
        var count = last.Sequence - first.Sequence + 1;
        return Add(leaf, new PartitionTombstone(partition, At, At.AddDays(7), 1, count, 1, PartitionTombstone.RootOf([leaf]), "retention of 90 days", At).ToLeaf());
    }

    public async Task<LogRig> SignAsync()
    {
        heads.Add(await TreeHead.SignAsync(origin, Size, MerkleTree.Root(Size, n => nodes[n]), At, new TestSigner(key), CancellationToken.None));
        return this;
    }

    /// <summary>What a bundle of the session takes along; the last head that was signed has all.</summary>
    public BundleProofs ProofsOf(string session)
    {
        var (head, own) = (heads[^1], leaves.Select((leaf, index) => (leaf, index)).Where(l => l.leaf.Session == session).ToList());
        return new BundleProofs(
            head, [.. own.Select(l => new LoggedEntry(l.leaf.Text, l.index, MerkleTree.InclusionPath(l.index, head.Size, n => nodes[n])))],
            [.. heads.SkipLast(1).Select(h => new EarlierHead(h, MerkleTree.ConsistencyPath(h.Size, head.Size, n => nodes[n])))]);
    }

    /// <summary>What a sink has that was there from the beginning, line by line.</summary>
    public List<byte[]> Checkpoints() =>
        [.. heads.Select((head, i) => (head, from: i == 0 ? 0 : heads[i - 1].Size)).Select(c => new Checkpoint(c.head, c.from, [.. leaves[(int)c.from..(int)c.head.Size].Select(l => l.Text)]).ToLine())];

    public MemoryStream Kept() => new([.. Checkpoints().SelectMany(line => line.Append((byte)'\n'))]);
}
