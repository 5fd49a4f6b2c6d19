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

    private CheckpointLog()
    {
    }

    /// <summary>Entries.</summary>
    public long Size => entries.Count;

    /// <summary>The newest tree head; null for an empty file.</summary>
    public TreeHead? Head { get; private set; }

    /// <summary>Lines that are no checkpoint. A crash can leave half a line; what was in it came again, or the walk says what is missing.</summary>
    public int UnreadableLines { get; private set; }

    /// <param name="publicKey">That must have signed.</param>
    /// <returns>The log, or what is wrong with it.</returns>
    public static async Task<(CheckpointLog? Log, string? Problem)> ReadAsync(Stream stream, string publicKey, CancellationToken cancel = default)
    {
        var log = new CheckpointLog();
        await foreach (var (line, _) in BundleLines.ReadAsync(stream, cancel))
        {
            if (line.IsEmpty)
                continue;
            if (Checkpoint.Read(line.Span) is not { } checkpoint)
                log.UnreadableLines++;
            else if (log.Take(checkpoint, publicKey) is { } problem)
                return (null, problem);
        }

        return (log, null);
    }

    /// <summary>What the log says of a session, in order.</summary>
    public IReadOnlyList<LogEntry> Of(string session) => sessions.GetValueOrDefault(session) ?? [];

    /// <summary>Root that the log had at this size; null when it is shorter.</summary>
    public string? RootAt(long size) => size <= Size ? Convert.ToHexStringLower(MerkleTree.Root(size, node => nodes[node])) : null;

    private string? Take(Checkpoint checkpoint, string publicKey)
    {
        var head = checkpoint.Head;
        if (!head.IsSignedBy(publicKey))
            return $"the checkpoint of {head.Size} entries was changed, or another key signed it: its signature does not match";
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
        if (LogEntry.Read(text) is not { } entry)
            return $"entry {index} of the log was changed: it is not an entry as Hoop writes it";
        entries.Add(text);
        nodes[new TreeNode(0, index)] = entry.LeafHash();
        foreach (var node in MerkleTree.MadeBy(index))
            nodes[node] = MerkleTree.NodeHash(nodes[new TreeNode(node.Level - 1, node.Index * 2)], nodes[new TreeNode(node.Level - 1, (node.Index * 2) + 1)]);
        if (!sessions.TryGetValue(entry.Session, out var list))
            sessions.Add(entry.Session, list = []);
        list.Add(entry);
        return null;
    }
}
