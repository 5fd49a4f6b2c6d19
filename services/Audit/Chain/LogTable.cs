using System.Runtime.CompilerServices;
using Hoop.Audit.Chain.Log;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Chain;

/// <summary>The log's tables: entries, the nodes of the tree, signed tree heads.</summary>
internal static class LogTable
{
    public static async Task<long> SizeAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT coalesce(max(index) + 1, 0) FROM audit.log_entries", connection);
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>Tree heads as they are stored, the newest first, but for those of more entries than there are: whoever takes one looks at its signature.</summary>
    public static IAsyncEnumerable<TreeHead> NewestHeadsAsync(NpgsqlConnection connection, string origin, CancellationToken cancel) =>
        HeadsAsync(connection, origin, "size <= $1", "size DESC", long.MaxValue, head => head.Size - 1, cancel);

    /// <summary>The same of those that have at least so many entries, the smallest first.</summary>
    public static IAsyncEnumerable<TreeHead> HeadsFromAsync(NpgsqlConnection connection, string origin, long size, CancellationToken cancel) =>
        HeadsAsync(connection, origin, "size >= $1", "size", size, head => head.Size + 1, cancel);

    public static async Task<List<(long Index, string Text)>> EntriesAsync(NpgsqlConnection connection, long from, long to, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT index, entry FROM audit.log_entries WHERE index >= $1 AND index < $2 ORDER BY index", connection)
        {
            Parameters = { new() { Value = from }, new() { Value = to } },
        };
        return await ReadEntriesAsync(command, cancel);
    }

    /// <summary>What the log says of a session, in order, as far as a tree of this size has it.</summary>
    public static async Task<List<(long Index, string Text)>> EntriesAsync(NpgsqlConnection connection, string session, long size, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT index, entry FROM audit.log_entries WHERE session_id = $1 AND index < $2 ORDER BY index", connection)
        {
            Parameters = { new() { Value = session }, new() { Value = size } },
        };
        return await ReadEntriesAsync(command, cancel);
    }

    /// <summary>Adds entries and every node that they make whole.</summary>
    /// <returns>Their nodes, leaves included, for the root that follows.</returns>
    public static async Task<Dictionary<TreeNode, byte[]>> AppendAsync(NpgsqlConnection connection, long size, IReadOnlyList<LogLeaf> entries, CancellationToken cancel)
    {
        var known = await NodesAsync(connection, MerkleTree.NodesOfRoot(size), cancel);
        var made = new List<TreeNode>();
        for (var i = 0; i < entries.Count; i++)
        {
            var leaf = new TreeNode(0, size + i);
            known[leaf] = entries[i].Hash();
            made.Add(leaf);
            foreach (var node in MerkleTree.MadeBy(size + i))
            {
                known[node] = MerkleTree.NodeHash(known[new TreeNode(node.Level - 1, node.Index * 2)], known[new TreeNode(node.Level - 1, (node.Index * 2) + 1)]);
                made.Add(node);
            }
        }

        await InsertEntriesAsync(connection, size, entries, cancel);
        await using var nodes = await connection.BeginBinaryImportAsync("COPY audit.log_nodes (level, index, hash) FROM STDIN (FORMAT binary)", cancel);
        foreach (var node in made)
        {
            await nodes.StartRowAsync(cancel);
            await nodes.WriteAsync((short)node.Level, NpgsqlDbType.Smallint, cancel);
            await nodes.WriteAsync(node.Index, NpgsqlDbType.Bigint, cancel);
            await nodes.WriteAsync(known[node], NpgsqlDbType.Bytea, cancel);
        }

        await nodes.CompleteAsync(cancel);
        return known;
    }

    public static async Task AddHeadAsync(NpgsqlConnection connection, TreeHead head, string key, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("INSERT INTO audit.tree_heads (size, root, at, key, signature) VALUES ($1, $2, $3, $4, $5)", connection)
        {
            Parameters =
            {
                new() { Value = head.Size }, new() { Value = Convert.FromHexString(head.Root) }, new() { Value = head.At.ToUniversalTime() },
                new() { Value = key }, new() { Value = head.Signature },
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }

    public static async Task<Dictionary<TreeNode, byte[]>> NodesAsync(NpgsqlConnection connection, IReadOnlyCollection<TreeNode> wanted, CancellationToken cancel)
    {
        var nodes = new Dictionary<TreeNode, byte[]>(wanted.Count);
        await using var command = new NpgsqlCommand(
            "SELECT n.level, n.index, n.hash FROM unnest($1::smallint[], $2::bigint[]) AS w (level, index) JOIN audit.log_nodes n ON n.level = w.level AND n.index = w.index", connection)
        {
            Parameters = { new() { Value = wanted.Select(n => (short)n.Level).ToArray() }, new() { Value = wanted.Select(n => n.Index).ToArray() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            nodes[new TreeNode(reader.GetInt16(0), reader.GetInt64(1))] = reader.GetFieldValue<byte[]>(2);
        return nodes;
    }

    private static async Task InsertEntriesAsync(NpgsqlConnection connection, long size, IReadOnlyList<LogLeaf> entries, CancellationToken cancel)
    {
        await using var rows = await connection.BeginBinaryImportAsync("COPY audit.log_entries (index, session_id, sequence, entry) FROM STDIN (FORMAT binary)", cancel);
        for (var i = 0; i < entries.Count; i++)
        {
            await rows.StartRowAsync(cancel);
            await rows.WriteAsync(size + i, NpgsqlDbType.Bigint, cancel);
            await WriteOrNullAsync(rows, entries[i].Session, NpgsqlDbType.Text, cancel);
            await WriteOrNullAsync(rows, entries[i].Sequence, NpgsqlDbType.Bigint, cancel);
            await rows.WriteAsync(entries[i].Text, NpgsqlDbType.Text, cancel);
        }

        await rows.CompleteAsync(cancel);
    }

    private static Task WriteOrNullAsync<T>(NpgsqlBinaryImporter rows, T? value, NpgsqlDbType type, CancellationToken cancel) =>
        value is null ? rows.WriteNullAsync(cancel) : rows.WriteAsync(value, type, cancel);

    private static async Task<List<(long Index, string Text)>> ReadEntriesAsync(NpgsqlCommand command, CancellationToken cancel)
    {
        var entries = new List<(long, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            entries.Add((reader.GetInt64(0), reader.GetString(1)));
        return entries;
    }

    /// <summary>A few at a time: the first is nearly always the one that is looked for.</summary>
    private static async IAsyncEnumerable<TreeHead> HeadsAsync(
        NpgsqlConnection connection, string origin, string which, string order, long from, Func<TreeHead, long> next, [EnumeratorCancellation] CancellationToken cancel)
    {
        var heads = new List<TreeHead>();
        do
        {
            heads.Clear();
            await using (var command = new NpgsqlCommand(
                $"""
                SELECT size, root, at, signature FROM audit.tree_heads
                WHERE {which} AND size <= (SELECT max(index) + 1 FROM audit.log_entries) AND at BETWEEN '0001-01-02' AND '9999-12-30' ORDER BY {order} LIMIT 16
                """, connection) { Parameters = { new() { Value = from } } })
            await using (var reader = await command.ExecuteReaderAsync(cancel))
                while (await reader.ReadAsync(cancel))
                    heads.Add(new TreeHead(origin, reader.GetInt64(0), Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(1)), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3)));
            foreach (var head in heads)
                yield return head;
            from = heads.Count > 0 ? next(heads[^1]) : from;
        }
        while (heads.Count > 0);
    }
}
