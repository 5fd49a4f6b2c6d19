namespace Hoop.Audit.Chain.Log;

/// <summary>Walks the whole log, leaf by leaf and head by head, and says what is not as it was; then it knows what the log says of each session.</summary>
public sealed class LogWalk(KeyRing keys)
{
    private readonly TreeFrontier tree = new();
    private readonly Dictionary<string, LoggedSession> sessions = [];
    private readonly List<LogLeaf> tombstones = [];   // Those that no partition's tombstone has closed yet.

    public long Size => tree.Size;
    public IReadOnlyDictionary<string, LoggedSession> Sessions => sessions;

    /// <summary>The nodes that the next leaf makes whole, for whoever keeps them; null with what is wrong with the leaf.</summary>
    public (IReadOnlyList<(TreeNode Node, byte[] Hash)> Made, string? Problem) Take(long index, LogLeaf leaf)
    {
        if (index != tree.Size)
            return ([], $"entries {tree.Size} to {index - 1} of the log were removed");
        var made = tree.Append(leaf.Hash());
        var (entry, partition) = (LogEntry.Read(leaf.Text), PartitionTombstone.Read(leaf.Text));
        if (entry is null && partition is null)
            return (made, $"entry {index} of the log was changed: it is not an entry as Hoop writes it");
        if (leaf.Session != entry?.Session || leaf.Sequence != entry?.Sequence)
            return (made, $"entry {index} of the log was changed: it is filed under another session or event than it speaks of");
        return (made, partition is null ? Take(entry!, leaf, index) : Close(partition, index));
    }

    /// <summary>Null when this head was signed over exactly the leaves that were taken.</summary>
    public string? Take(TreeHead head, string signedBy)
    {
        if (keys.Problem(head, signedBy) is { } problem)
            return $"the tree head of {head.Size} entries was changed: {problem}";
        return head.Root == Convert.ToHexStringLower(tree.Root()) ? null : $"entries before {head.Size} of the log were changed: their root is not the one that was signed";
    }

    private string? Take(LogEntry entry, LogLeaf leaf, long index)
    {
        if (!sessions.TryGetValue(entry.Session, out var session))
            sessions.Add(entry.Session, session = new LoggedSession());
        session.Add(index, entry);
        if (entry.Kind == LogEntry.Tombstone)
            tombstones.Add(leaf);
        else
            tombstones.Clear();
        return null;
    }

    private string? Close(PartitionTombstone partition, long index)
    {
        var fits = partition.Tombstones == tombstones.Count && PartitionTombstone.RootOf(tombstones) == partition.Root;
        tombstones.Clear();
        return fits ? null : $"the tombstone of partition {partition.Partition} (entry {index}) was changed: its root is not that of the tombstones before it";
    }
}

/// <summary>What the log says of one session.</summary>
public sealed class LoggedSession
{
    private readonly List<(long Index, LogEntry Entry)> entries = [];

    public IReadOnlyList<(long Index, LogEntry Entry)> Entries => entries;

    internal void Add(long index, LogEntry entry) => entries.Add((index, entry));
}
