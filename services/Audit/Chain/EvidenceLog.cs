using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Ingest;
using Hoop.Audit.Storage;
using Hoop.ServiceDefaults;
using Npgsql;

namespace Hoop.Audit.Chain;

/// <summary>
/// The log over all sessions (RFC 6962): each session's head goes into it whenever it has moved, a running one's too, and the whole is signed.
/// What was logged once can neither be taken out nor be said of another chain without changing a tree head that somebody else has.
/// </summary>
internal sealed class EvidenceLog(AuditDatabase database, IEvidenceSigner signer, IConfiguration configuration, TimeProvider clock)
{
    private const string Lock = "audit.log";
    private const int MaxEntries = 20_000;

    /// <summary>Which log this is: whoever keeps several installations' tree heads tells them apart by it.</summary>
    public string Origin { get; } = configuration["Hoop:Audit:Origin"] is { Length: > 0 } name ? name : "hoop";

    /// <summary>Logs every head that moved and signs the tree; null when nothing has.</summary>
    public async Task<TreeHead?> SealAsync(CancellationToken cancel) => await AppendAsync(MovedAsync, cancel);

    /// <summary>Appends what <paramref name="entries"/> finds and signs the tree, in one transaction, one instance at a time. Nothing found: null.</summary>
    /// <param name="entries">Is told how many entries there are: the index of the first that it brings.</param>
    public async Task<TreeHead?> AppendAsync(Func<NpgsqlConnection, long, CancellationToken, Task<IReadOnlyList<LogLeaf>>> entries, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await connection.LockAsync(Lock, cancel);
        var size = await LogTable.SizeAsync(connection, cancel);
        var news = await entries(connection, size, cancel);
        TreeHead? head = null;
        // A head for so many at most: a checkpoint, which has all that came since the one before, stays of a size that any sink takes.
        foreach (var some in news.Chunk(MaxEntries))
        {
            var nodes = await LogTable.AppendAsync(connection, size, some, cancel);
            size += some.Length;
            head = await TreeHead.SignAsync(Origin, size, MerkleTree.Root(size, node => nodes[node]), clock.GetUtcNow(), signer, cancel);
            await LogTable.AddHeadAsync(connection, head, signer.PublicKey, cancel);
        }

        await transaction.CommitAsync(cancel);
        return head;
    }

    /// <summary>The newest tree head that one of this log's keys signed; null before the first. Rows that somebody put beside them are passed over: the check names them.</summary>
    public async Task<TreeHead?> HeadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await foreach (var head in LogTable.NewestHeadsAsync(connection, Origin, cancel))
            if (IsOwn(head))
                return head;
        return null;
    }

    /// <summary>The first of them that has at least so many entries.</summary>
    public async Task<TreeHead?> FirstHeadAsync(NpgsqlConnection connection, long size, CancellationToken cancel)
    {
        await foreach (var head in LogTable.HeadsFromAsync(connection, Origin, size, cancel))
            if (IsOwn(head))
                return head;
        return null;
    }

    /// <summary>What a bundle of the session takes along; null when nothing was logged of it.</summary>
    /// <param name="problems">Takes what is wrong with the log and yet leaves proofs that hold.</param>
    /// <exception cref="InvalidDataException">The log was changed so that it proves nothing of the session.</exception>
    public async Task<BundleProofs?> ProofsAsync(string session, CancellationToken cancel, List<string>? problems = null)
    {
        try
        {
            await SealAsync(cancel);
        }
        catch (Exception e) when (e is KeyNotFoundException or PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            problems?.Add("the log can not go on: rows were added to it or removed ('hoop evidence check' names them); the proofs are of its last good head");
        }

        await using var connection = await database.OpenForAnswerAsync(cancel);
        try
        {
            return await ProofsAsync(connection, session, problems, cancel);
        }
        catch (KeyNotFoundException)
        {
            throw new InvalidDataException($"The log proves nothing of session {session}: nodes of its tree were removed.");
        }
    }

    private async Task<BundleProofs?> ProofsAsync(NpgsqlConnection connection, string session, List<string>? problems, CancellationToken cancel)
    {
        // Where none is of this log's keys, an export has another's, and whoever verifies it is told so: it must not look like one of a session that was never logged.
        if ((await HeadAsync(connection, cancel) ?? await LogTable.NewestHeadsAsync(connection, Origin, cancel).FirstOrDefaultAsync(cancel)) is not { } head)
            return null;
        await using (var later = new NpgsqlCommand("SELECT count(*) FROM audit.tree_heads WHERE size > $1", connection) { Parameters = { new() { Value = head.Size } } })
            if (await later.ExecuteScalarAsync(cancel) is > 0L and var added)
                problems?.Add($"the log has {added} tree heads after the one of {head.Size} entries that none of its keys signed, or that have no entries: they were added");
        var all = (await LogTable.EntriesAsync(connection, session, head.Size, cancel)).FindAll(e => e.Index >= 0 && LogEntry.Read(e.Text) is not null);
        if (all.Count == 0)
            return null;
        var tombstones = all.Where(e => LogEntry.Read(e.Text) is { Kind: LogEntry.Tombstone });
        var entries = new List<LoggedEntry>();
        foreach (var (index, text) in tombstones.Append(all[0]).Append(all.Last(e => LogEntry.Read(e.Text) is { Kind: LogEntry.Head })).DistinctBy(e => e.Index).OrderBy(e => e.Index))
        {
            var nodes = await LogTable.NodesAsync(connection, MerkleTree.NodesOfInclusion(index, head.Size), cancel);
            entries.Add(new LoggedEntry(text, index, MerkleTree.InclusionPath(index, head.Size, node => nodes[node])));
        }

        // The first tree head that knew of the session: whoever has it from a sink sees that the log only grew.
        var first = await FirstHeadAsync(connection, all[0].Index + 1, cancel);
        return new BundleProofs(head, entries, first is null || first.Size == head.Size ? [] : [new EarlierHead(first, await ConsistencyAsync(connection, first.Size, head.Size, cancel))]);
    }

    /// <summary>Under the log's key, for what stands beside it.</summary>
    public async ValueTask<string> SignAsync(byte[] text, CancellationToken cancel) => Convert.ToBase64String(await signer.SignAsync(text, cancel));

    public bool IsSigned(byte[] text, string signature) => signer.FormerKeys.Append(signer.PublicKey).Any(key => EvidenceKey.Verify(key, text, signature));

    public bool IsOwn(TreeHead head) => head.IsSignedBy(signer.PublicKey) || signer.FormerKeys.Any(head.IsSignedBy);

    public static async Task<List<byte[]>> ConsistencyAsync(NpgsqlConnection connection, long from, long to, CancellationToken cancel)
    {
        var nodes = await LogTable.NodesAsync(connection, MerkleTree.NodesOfConsistency(from, to), cancel);
        return MerkleTree.ConsistencyPath(from, to, node => nodes[node]);
    }

    /// <summary>The heads that moved since they were logged; marked as logged in the same transaction.</summary>
    private static async Task<IReadOnlyList<LogLeaf>> MovedAsync(NpgsqlConnection connection, long size, CancellationToken cancel)
    {
        var moved = await ToLogAsync(connection, cancel);
        if (moved.Count == 0)
            return [];
        await using var command = new NpgsqlCommand(
            """
            UPDATE audit.heads h SET logged = u.sequence, to_log = h.sequence > u.sequence
            FROM unnest($1::text[], $2::bigint[]) AS u (id, sequence) WHERE h.session_id = u.id
            """, connection)
        {
            Parameters = { new() { Value = moved.Select(h => h.SessionId).ToArray() }, new() { Value = moved.Select(h => h.Sequence).ToArray() } },
        };
        await command.ExecuteNonQueryAsync(cancel);
        return [.. moved.Where(h => h.Sequence >= 0).Select(h => new LogEntry(LogEntry.Head, h.SessionId, h.Sequence, h.Hash).ToLeaf())];
    }

    private static async Task<List<SessionHead>> ToLogAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var heads = new List<SessionHead>();
        await using (var command = new NpgsqlCommand(
            $"SELECT session_id, first_at, last_at, events, last_sequence, sequence, hash FROM audit.heads WHERE to_log ORDER BY session_id LIMIT {MaxEntries} FOR UPDATE", connection))
        {
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
                heads.Add(HeadTable.Read(reader));
        }

        for (var i = 0; i < heads.Count; i++)
            if (heads[i].HasGap && await EventTable.FollowAsync(connection, heads[i], cancel) is var followed && followed.Sequence > heads[i].Sequence)
                heads[i] = await SaveAsync(connection, heads[i], followed, cancel);
        return heads;
    }

    private static async Task<SessionHead> SaveAsync(NpgsqlConnection connection, SessionHead old, SessionHead followed, CancellationToken cancel)
    {
        await HeadTable.RunAsync(connection, [HeadTable.Move([(old, followed)])], cancel);
        return followed;
    }
}
