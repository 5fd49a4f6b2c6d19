using Hoop.Audit.Chain.Bundles;

namespace Hoop.Audit.Chain.Log;

/// <summary>
/// The whole log, built again from what a sink kept: every tree head must be signed and be the root of exactly the entries that came before it.
/// Then it says of each session what its chain must have.
/// </summary>
public sealed class CheckpointLog
{
    private readonly Dictionary<TreeNode, byte[]> nodes = [];
    private readonly List<string> entries = [];
    private readonly Dictionary<string, List<LogEntry>> sessions = [];
    private readonly List<(long Index, PartitionTombstone Tombstone)> partitions = [];

    private CheckpointLog()
    {
    }

    /// <summary>Entries.</summary>
    public long Size => entries.Count;

    /// <summary>The newest tree head; null for an empty file.</summary>
    public TreeHead? Head { get; private set; }

    /// <summary>Lines that are no checkpoint. A crash can leave half a line; what was in it came again, or the walk says what is missing.</summary>
    public int UnreadableLines { get; private set; }

    /// <param name="keys">That must have signed.</param>
    /// <returns>The log, or what is wrong with it.</returns>
    public static async Task<(CheckpointLog? Log, string? Problem)> ReadAsync(Stream stream, KeyRing keys, CancellationToken cancel = default)
    {
        var log = new CheckpointLog();
        await foreach (var (line, _) in BundleLines.ReadAsync(stream, cancel))
        {
            if (line.IsEmpty)
                continue;
            if (Checkpoint.Read(line.Span) is not { } checkpoint)
                log.UnreadableLines++;
            else if (log.Take(checkpoint, keys) is { } problem)
                return (null, problem);
        }

        return (log, null);
    }

    /// <summary>What retention dropped, partition by partition.</summary>
    public IReadOnlyList<(long Index, PartitionTombstone Tombstone)> Partitions => partitions;

    /// <summary>What the log says of a session, in order.</summary>
    public IReadOnlyList<LogEntry> Of(string session) => sessions.GetValueOrDefault(session) ?? [];

    /// <summary>Root that the log had at this size; null when it is shorter.</summary>
    public string? RootAt(long size) => size <= Size ? Convert.ToHexStringLower(MerkleTree.Root(size, node => nodes[node])) : null;

    private string? Take(Checkpoint checkpoint, KeyRing keys)
    {
        var head = checkpoint.Head;
        if (keys.Problem(head) is { } foreign)
            return $"the checkpoint of {head.Size} entries was changed, or another key signed it: {foreign}";
        if (Head is { } before && before.Origin != head.Origin)
            return $"the checkpoint of {head.Size} entries is of another log, {head.Origin}";
        if (checkpoint.From > Size)
            return $"checkpoints were removed: entries {Size} to {checkpoint.From - 1} are missing";
        if (checkpoint.From + checkpoint.Entries.Count != head.Size)
            return $"the checkpoint of {head.Size} entries was changed: it has {checkpoint.Entries.Count} entries from {checkpoint.From} on";
        for (var i = 0; i < checkpoint.Entries.Count; i++)
        {
            var index = checkpoint.From + i;
            if (index < Size && entries[(int)index] != checkpoint.Entries[i])
                return $"the log was changed: two checkpoints have different entries {index}";
            if (index == Size && Append(checkpoint.Entries[i]) is { } problem)
                return problem;
        }

        if (RootAt(head.Size) != head.Root)
            return $"the checkpoint of {head.Size} entries was changed: its root is not that of its entries";
        Head = Head is null || head.Size >= Head.Size ? head : Head;
        return null;
    }

    private string? Append(string text)
    {
        var index = Size;
        var (entry, partition) = (LogEntry.Read(text), PartitionTombstone.Read(text));
        if (entry is null && partition is null)
            return $"entry {index} of the log was changed: it is not an entry as Hoop writes it";
        if (partition is not null && !Covers(partition, index))
            return $"the tombstone of partition {partition.Partition} (entry {index}) was changed: its root is not that of the {partition.Tombstones} tombstones before it";
        entries.Add(text);
        MerkleTree.Append(nodes, index, new LogLeaf(text, null, null).Hash());
        if (partition is not null)
            partitions.Add((index, partition));
        else
            Add(entry!);
        return null;
    }

    private void Add(LogEntry entry)
    {
        if (!sessions.TryGetValue(entry.Session, out var list))
            sessions.Add(entry.Session, list = []);
        list.Add(entry);
    }

    private bool Covers(PartitionTombstone partition, long index)
    {
        if (partition.Tombstones < 0 || partition.Tombstones > index)
            return false;
        var own = entries.Skip((int)(index - partition.Tombstones)).ToList();
        return own.All(text => LogEntry.Read(text) is { Kind: LogEntry.Tombstone })
            && PartitionTombstone.RootOf(own.Select(text => new LogLeaf(text, null, null))) == partition.Root;
    }
}
