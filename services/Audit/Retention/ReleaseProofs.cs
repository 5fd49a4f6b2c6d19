using System.Collections.Concurrent;
using Hoop.Audit.Chain;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Integrity;
using Hoop.Audit.Sessions;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Retention;

/// <param name="Proved">Holds that keep nothing any more.</param>
/// <param name="NotProved">Holds that say they were released: they keep what they kept.</param>
internal sealed record ReleasedHolds(string[] Proved, IReadOnlyList<UnprovedRelease> NotProved)
{
    public UnprovedRelease? ProblemOf(string hold) => NotProved.FirstOrDefault(release => release.Hold == hold);
}

/// <param name="Why">And what to do about it.</param>
/// <param name="OnItsWay">The release is an hour old at most: its event may be on its way.</param>
internal sealed record UnprovedRelease(string Hold, string Why, bool OnItsWay);

/// <summary>
/// Which releases of legal holds are believed: those whose row Audit signed and whose <c>hold.release</c> is in the admin chain, up to a head that the signed log has. The
/// database alone is not: who can add a row to it could lift a hold. What can not be proved keeps what the hold kept.
/// </summary>
internal sealed class ReleaseProofs(AuditDatabase database, EvidenceLog log, SessionQueries sessions, TimeProvider clock)
{
    /// <summary>So long an event may be on its way into the chain.</summary>
    public static readonly TimeSpan OnItsWay = TimeSpan.FromHours(1);

    private const string Again = "Look who added the row ('hoop evidence check'); if the hold is to end, release it again: hoop holds release ID --reason TEXT";

    /// <summary>What was proved once stays proved: the log only grows, and the chain of the day may be dropped by retention.</summary>
    private readonly ConcurrentDictionary<(HoldRow Row, string Signature), bool> proved = new();

    /// <summary>As they were when they were last read, for <see cref="RetentionHealth"/>; null before the first time.</summary>
    public ReleasedHolds? Last { get; private set; }

    public async Task<ReleasedHolds> ReadAsync(CancellationToken cancel)
    {
        var (holds, problems) = (new HashSet<string>(), new Dictionary<string, UnprovedRelease>());
        foreach (var (id, row, signature) in await RowsAsync(cancel))
        {
            var problem = row is null ? $"the row can not be read. {Again}" : await ProblemAsync(row, signature, cancel);
            if (problem is null)
                holds.Add(id);
            else
                problems[id] = new UnprovedRelease(id, problem, row is not null && row.At > clock.GetUtcNow() - OnItsWay && row.At < clock.GetUtcNow() + OnItsWay);
        }

        return Last = new ReleasedHolds([.. holds], [.. problems.Values.Where(p => !holds.Contains(p.Hold))]);
    }

    private async Task<string?> ProblemAsync(HoldRow row, string signature, CancellationToken cancel)
    {
        if (proved.ContainsKey((row, signature)))
            return null;
        if (!row.IsSigned(log, signature))
            return $"no key of this log signed that: the row was added. {Again}";
        try
        {
            if (!await IsRecordedAsync(row, cancel) && !await IsDroppedAsync(row, cancel))
                return $"the signed log proves no {HoldEvents.Released} of it yet: the event is on its way, or was removed. After an hour, release it again: hoop holds release ID --reason TEXT";
        }
        catch (InvalidDataException e)
        {
            return $"nothing proves it: {e.Message}";
        }

        proved[(row, signature)] = true;
        return null;
    }

    /// <summary>Whether an admin chain has the release, and goes on from there without a break to a head that is in the signed log.</summary>
    private async Task<bool> IsRecordedAsync(HoldRow row, CancellationToken cancel)
    {
        foreach (var chain in await ChainsAsync(row, cancel))
            if (await LoggedAsync(chain, cancel) is { } head && await LeadsToAsync(chain, row.Id, head, cancel))
                return true;
        return false;
    }

    private async Task<bool> LeadsToAsync(string chain, string hold, LogEntry head, CancellationToken cancel)
    {
        JournalEvent? last = null;
        await foreach (var e in sessions.EventsAsync(chain, -1, null, cancel))
        {
            if (last is null ? HoldEvents.Read(e) is not { Action: HoldRow.Released } said || said.Id != hold : e.Sequence != last.Sequence + 1 || e.PreviousHash != last.Hash)
            {
                if (last is not null)
                    return false;
                continue;
            }

            if (!EventHash.Matches(e))
                return false;
            if (e.Sequence == head.Sequence)
                return e.Hash == head.Hash;
            last = e;
        }

        return false;
    }

    /// <summary>The newest head of the chain that is in the tree under a head that this log's key signed; null when there is none.</summary>
    private async Task<LogEntry?> LoggedAsync(string chain, CancellationToken cancel)
    {
        if (await log.ProofsAsync(chain, cancel) is not { } proofs || !log.IsOwn(proofs.Head))
            return null;
        var root = Convert.FromHexString(proofs.Head.Root);
        return proofs.Entries.Where(e => LogEntry.Read(e.Text) is { Kind: LogEntry.Head } entry && entry.Session == chain && MerkleProof.Includes(entry.LeafHash(), e.Index, proofs.Head.Size, e.Path, root))
            .Select(e => LogEntry.Read(e.Text)).LastOrDefault();
    }

    /// <summary>Admin chains that say something of a release, from the hour before it on: clocks of two instances differ.</summary>
    private async Task<List<string>> ChainsAsync(HoldRow row, CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        await using var command = new NpgsqlCommand(
            "SELECT DISTINCT session_id FROM audit.event_chunks WHERE session_id >= 'admin-' AND session_id < 'admin.' AND at >= $1 AND $2 = ANY (kinds) ORDER BY session_id", connection)
        {
            Parameters = { new() { Value = row.At - OnItsWay }, new() { Value = HoldEvents.Released } },
        };
        var chains = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            chains.Add(reader.GetString(0));
        return chains;
    }

    /// <summary>Retention has dropped the week of the release: the signature alone is left of it.</summary>
    private async Task<bool> IsDroppedAsync(HoldRow row, CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        await using var command = new NpgsqlCommand(
            "SELECT $1 < now() - interval '7 days' AND NOT EXISTS (SELECT FROM audit.partitions WHERE first <= $1 AND until > $1)", connection) { Parameters = { new() { Value = row.At } } };
        return await command.ExecuteScalarAsync(cancel) is true;
    }

    private async Task<List<(string Id, HoldRow? Row, string Signature)>> RowsAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        await using var command = new NpgsqlCommand("SELECT id, scope, value, reason, by, at, signature FROM audit.holds WHERE action = 'released' ORDER BY id, at", connection);
        var rows = new List<(string, HoldRow?, string)>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
            rows.Add((row.GetString(0), Read(row), row.GetString(6)));
        return rows;
    }

    /// <summary>Null when nobody can read it: a time that there is not, say.</summary>
    private static HoldRow? Read(NpgsqlDataReader row)
    {
        try
        {
            return new HoldRow(row.GetString(0), HoldRow.Released, row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5));
        }
        catch (Exception e) when (e is InvalidCastException or OverflowException or ArgumentException or FormatException)
        {
            return null;
        }
    }
}
