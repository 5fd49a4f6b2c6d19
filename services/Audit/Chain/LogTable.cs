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

    /// <summary>The newest; null before the first.</summary>
    public static Task<TreeHead?> HeadAsync(NpgsqlConnection connection, string origin, CancellationToken cancel) =>
        HeadAsync(connection, origin, "SELECT size, root, at, signature FROM audit.tree_heads ORDER BY size DESC LIMIT 1", null, cancel);

    /// <summary>The first that has at least so many entries.</summary>
    public static Task<TreeHead?> FirstHeadAsync(NpgsqlConnection connection, string origin, long size, CancellationToken cancel) =>
        HeadAsync(connection, origin, "SELECT size, root, at, signature FROM audit.tree_heads WHERE size >= $1 ORDER BY size LIMIT 1", size, cancel);

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

    private static async Task<TreeHead?> HeadAsync(NpgsqlConnection connection, string origin, string sql, long? size, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        if (size is { } atLeast)
            command.Parameters.Add(new() { Value = atLeast });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel)
            ? new TreeHead(origin, reader.GetInt64(0), Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(1)), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3))
            : null;
    }
}
