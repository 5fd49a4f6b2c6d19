using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Audit.Ingest;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Sessions;

/// <summary>What a session's first event says of it: who it was of, and on what. The list of sessions follows from it and proves nothing.</summary>
internal static class SessionStart
{
    private static readonly string First = $"SELECT {EventChunk.Columns} FROM audit.event_chunks c WHERE c.session_id = $1 AND c.sequence = 0 AND {EventChunk.IsWhole} LIMIT 2";

    /// <summary>Null when the event is no start, or can not be read.</summary>
    public static SessionDelta? Of(JournalEvent e)
    {
        try
        {
            return SessionDelta.OfStart(e);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Null when it is not there, was changed, or is there twice: then nobody knows whose the session is.</summary>
    public static async Task<SessionDelta?> FindAsync(NpgsqlConnection connection, string session, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(First, connection) { Parameters = { new() { Value = session } } };
        JournalEvent? first = null;
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            if (first is not null)
                return null;
            first = EventChunk.Read(reader).Events().First();
        }

        return first is not null && first.PreviousHash == EventHash.None && EventHash.Matches(first) ? Of(first) : null;
    }
}
