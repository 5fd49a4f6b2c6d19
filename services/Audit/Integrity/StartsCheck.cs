using Hoop.Audit.Ingest;
using Hoop.Audit.Sessions;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Integrity;

/// <summary>Who a session was of, and on what: what the list of sessions says, against the first event of its chain.</summary>
internal sealed class StartsCheck(NpgsqlConnection connection, Findings findings)
{
    private const int AtOnce = 1000;

    private readonly Dictionary<string, SessionDelta> starts = new(AtOnce);

    public async Task TakeAsync(JournalEvent e, CancellationToken cancel)
    {
        if (e.Sequence != 0 || SessionStart.Of(e) is not { } start)
            return;
        starts[e.SessionId] = start;
        if (starts.Count == AtOnce)
            await CompareAsync(cancel);
    }

    public async Task EndAsync(CancellationToken cancel)
    {
        await CompareAsync(cancel);
        await using var command = new NpgsqlCommand("SELECT id FROM audit.sessions s WHERE NOT EXISTS (SELECT FROM audit.heads h WHERE h.session_id = s.id)", connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            findings.Add(reader.GetString(0), null, "it was added to the list of sessions: no head of a session knows of it");
    }

    private async Task CompareAsync(CancellationToken cancel)
    {
        await using (var command = new NpgsqlCommand("SELECT id, principal_id, principal_name, principal_kind, target, protocol, policy_version, started_at FROM audit.sessions WHERE id = ANY ($1)", connection)
        {
            CommandTimeout = 0, Parameters = { new() { Value = starts.Keys.ToArray() } },
        })
        {
            await using var row = await command.ExecuteReaderAsync(cancel);
            while (await row.ReadAsync(cancel))
                if (starts.Remove(row.GetString(0), out var start))
                    Judge(row, start);
        }

        foreach (var id in starts.Keys)
            findings.Add(id, 0, "it was removed from the list of sessions: its events are there");
        starts.Clear();
    }

    private void Judge(NpgsqlDataReader row, SessionDelta start)
    {
        object?[] said = [start.PrincipalId, start.PrincipalName, start.PrincipalKind, start.Target, start.Protocol, start.PolicyVersion];
        for (var i = 0; i < said.Length; i++)
            if (!Equals(said[i], row.IsDBNull(i + 1) ? null : row.GetValue(i + 1)))
                findings.Add(start.Id, 0, $"the list of sessions was changed: its {row.GetName(i + 1)} is not the one that the session began with");
        var startedAt = findings.Read(() => new string?[] { row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7).ToString("O") }, start.Id, 0, "its started_at in the list of sessions");
        if (startedAt is not null && startedAt[0] != start.StartedAt?.ToUniversalTime().ToString("O"))
            findings.Add(start.Id, 0, "the list of sessions was changed: its started_at is not the time at which the session began");
    }
}
