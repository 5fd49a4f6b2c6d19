using Hoop.Audit.Admin;
using Hoop.Audit.Chain;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Retention;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Integrity;

/// <summary>Legal holds against the admin chain's events of placing and releasing them, and releases against Audit's signature: a hold that was taken away, made up or lifted by a row alone is found.</summary>
internal sealed class HoldsCheck(NpgsqlConnection connection, EvidenceLog log, IReadOnlyDictionary<string, LoggedSession> logged, Findings findings, DateTimeOffset now)
{
    private readonly Dictionary<(string Id, string Action), (JournalEvent Event, HoldEvent Said)> events = [];

    public void Take(JournalEvent e)
    {
        if (HoldEvents.Read(e) is { } said)
            events.TryAdd((said.Id, said.Action), (e, said));
    }

    public async Task EndAsync(CancellationToken cancel)
    {
        var named = new HashSet<(string, string)>();
        await using (var command = new NpgsqlCommand("SELECT id, action, scope, value, reason, by, at, signature FROM audit.holds ORDER BY id, action, at", connection) { CommandTimeout = 0 })
        {
            await using var row = await command.ExecuteReaderAsync(cancel);
            while (await row.ReadAsync(cancel))
                if (Read(row) is { } hold && Judge(hold, row.GetString(7)))
                    named.Add((hold.Id, hold.Action));
        }

        foreach (var ((id, action), (e, _)) in events.Where(said => !named.Contains(said.Key)))
            findings.Add(e.SessionId, e.Sequence, $"legal hold {id} was {action}, says event {e.Sequence}, and its row is not there: it was removed");
    }

    private HoldRow? Read(NpgsqlDataReader row) => findings.Read(
        () => new HoldRow(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetFieldValue<DateTimeOffset>(6)), null, null, $"legal hold {row.GetString(0)}");

    /// <summary>False when it is not the row that the chain speaks of.</summary>
    private bool Judge(HoldRow row, string signature)
    {
        var (released, signed) = (row.Action == HoldRow.Released, row.IsSigned(log, signature));
        if (!events.TryGetValue((row.Id, row.Action), out var said))
        {
            if (!IsExcused(row.At, signed || !released))
                findings.Add(null, null, $"legal hold {row.Id} says that it was {row.Action}, and the admin chain has no event of it: the row was added");
        }
        else if (released && !signed)
        {
            findings.Add(null, null, $"legal hold {row.Id} says that it was released, and no key of this log signed that: the row was added, and retention keeps what it held");
            return false;
        }
        else if (!released && (row.Scope != said.Said.Scope || row.Value != said.Said.Value))
            findings.Add(null, null, $"legal hold {row.Id} was changed: the admin chain says that it was placed on {said.Said.Scope} {said.Said.Value}");
        return true;
    }

    /// <summary>It is not there yet, or retention has dropped the chain of the day. Neither is true of a release that nobody signed.</summary>
    private bool IsExcused(DateTimeOffset at, bool believed) => believed && (
        at > now - ReleaseProofs.OnItsWay && at < now + ReleaseProofs.OnItsWay
        || new[] { at, at.AddDays(1) }.Any(day => logged.GetValueOrDefault(AdminChain.Of(day))?.Entries.Any(entry => entry.Entry.Kind == LogEntry.Tombstone) == true));
}
