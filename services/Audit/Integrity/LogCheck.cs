using Hoop.Audit.Chain;
using Hoop.Audit.Chain.Log;
using Npgsql;

namespace Hoop.Audit.Integrity;

/// <summary>The log's tables against each other: leaves, the nodes that follow from them, and the heads that were signed over them.</summary>
internal static class LogCheck
{
    private const int Page = 5_000;

    /// <returns>What the log says of each session, so far as it could be read.</returns>
    public static async Task<LogWalk> RunAsync(NpgsqlConnection connection, string origin, KeyRing keys, Findings findings, CancellationToken cancel)
    {
        var (walk, heads, nodes) = (new LogWalk(keys), await HeadsAsync(connection, origin, findings, cancel), 0L);
        for (var leaves = await LeavesAsync(connection, 0, cancel); leaves.Count > 0; leaves = await LeavesAsync(connection, leaves[^1].Index + 1, cancel))
        {
            var made = new Dictionary<TreeNode, byte[]>();
            foreach (var (index, leaf) in leaves)
            {
                var (whole, problem) = walk.Take(index, leaf);
                if (problem is not null)
                    findings.Add(leaf.Session, leaf.Sequence, problem);
                if (whole.Count == 0)
                    return walk;   // Leaves are missing: nothing behind them can be held against anything.
                foreach (var (node, hash) in whole)
                    made[node] = hash;
                if (heads.Remove(walk.Size, out var head) && walk.Take(head.Head, head.Key) is { } wrong)
                    findings.Add(null, null, wrong);
            }

            await CompareAsync(connection, made, findings, cancel);
            nodes += made.Count;
        }

        await CountAsync(connection, walk, heads, nodes, findings, cancel);
        return walk;
    }

    private static async Task CountAsync(NpgsqlConnection connection, LogWalk walk, Dictionary<long, (TreeHead Head, string Key)> heads, long nodes, Findings findings, CancellationToken cancel)
    {
        foreach (var size in heads.Keys.Order())
            findings.Add(null, null, $"entries were removed from the log: it has {walk.Size}, and a tree head was signed for {size}");
        await using var command = new NpgsqlCommand("SELECT (SELECT count(*) FROM audit.log_nodes), (SELECT coalesce(max(size), 0) FROM audit.tree_heads)", connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        if (reader.GetInt64(0) != nodes)
            findings.Add(null, null, $"the log's nodes were changed: there are {reader.GetInt64(0)}, and its entries make {nodes}");
        if (reader.GetInt64(1) < walk.Size)
            findings.Add(null, null, $"entries {reader.GetInt64(1)} to {walk.Size - 1} were added to the log, or their tree head was removed: no signed head has them");
    }

    private static async Task CompareAsync(NpgsqlConnection connection, Dictionary<TreeNode, byte[]> made, Findings findings, CancellationToken cancel)
    {
        var stored = await LogTable.NodesAsync(connection, made.Keys, cancel);
        foreach (var (node, hash) in made)
            if (!stored.TryGetValue(node, out var there) || !there.AsSpan().SequenceEqual(hash))
                findings.Add(null, null, $"node {node.Index} of level {node.Level} of the log was {(there is null ? "removed" : "changed")}: its entries make another");
    }

    private static async Task<List<(long Index, LogLeaf Leaf)>> LeavesAsync(NpgsqlConnection connection, long from, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"SELECT index, entry, session_id, sequence FROM audit.log_entries WHERE index >= $1 ORDER BY index LIMIT {Page}", connection) { Parameters = { new() { Value = from } } };
        var leaves = new List<(long, LogLeaf)>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            leaves.Add((reader.GetInt64(0), new LogLeaf(reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetInt64(3))));
        return leaves;
    }

    private static async Task<Dictionary<long, (TreeHead Head, string Key)>> HeadsAsync(NpgsqlConnection connection, string origin, Findings findings, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT size, root, at, signature, key FROM audit.tree_heads", connection) { CommandTimeout = 0 };
        var heads = new Dictionary<long, (TreeHead, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            if (findings.Read(() => new TreeHead(origin, reader.GetInt64(0), Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(1)), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3)), null, null, $"the tree head of {reader.GetInt64(0)} entries") is { } head)
                heads[head.Size] = (head, reader.GetString(4));
        return heads;
    }
}
