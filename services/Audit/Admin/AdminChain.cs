using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Audit.Ingest;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults;
using Npgsql;

namespace Hoop.Audit.Admin;

/// <summary>
/// What people do with the records is recorded in the same log: one chain a day, <c>admin-2026-01-31</c>, whose first event names
/// the head of the day before.
/// </summary>
internal sealed class AdminChain(AuditDatabase database, EventPartitions partitions, TimeProvider clock)
{
    public const string Opened = "admin.opened";
    public const string SessionViewed = "session.viewed";
    public const string SessionExported = "session.exported";
    public const string SessionWatched = "session.watched";
    public const string SessionKilled = "session.kill";
    public const string SessionsSearched = "sessions.searched";
    public const string SessionsExported = "sessions.exported";

    private const string Prefix = "admin-";

    /// <summary>True for chains that only Audit itself writes.</summary>
    public static bool Owns(string sessionId) => sessionId.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Records before the thing is done: what can not be recorded is not shown.</summary>
    /// <param name="session">The session that is viewed or exported; null when it is not one alone.</param>
    /// <param name="details">What else there is to say of it.</param>
    public async Task RecordAsync(string kind, Principal by, string? session, string? owner, CancellationToken cancel, IReadOnlyDictionary<string, string>? details = null)
    {
        await using var connection = await database.OpenAsync(cancel);
        var now = clock.GetUtcNow();
        await partitions.EnsureAsync(connection, now, cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await connection.LockAsync(Prefix, cancel);
        var id = $"{Prefix}{now:yyyy-MM-dd}";
        var old = (await HeadTable.LoadAsync(connection, [id], cancel)).GetValueOrDefault(id) ?? SessionHead.Before(id);
        if (old.HasGap)
            old = await EventTable.FollowAsync(connection, old, cancel);
        var chain = new SessionChain(id, old.Sequence + 1, old.Hash);
        var events = new List<JournalEvent>();
        if (old.Events == 0)
            events.Add(chain.Append(Opened, await OpeningAsync(connection, id, cancel), now));
        events.Add(chain.Append(kind, Payload(by, session, owner, details), now));
        await EventTable.InsertAsync(connection, "audit", events, cancel);
        await HeadTable.SaveAsync(connection, [(old, old.With(events))], cancel);
        await transaction.CommitAsync(cancel);
    }

    private static async Task<string> OpeningAsync(NpgsqlConnection connection, string id, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT session_id, hash FROM audit.heads
            WHERE session_id >= 'admin-' AND session_id < $1 ORDER BY session_id DESC LIMIT 1
            """, connection) { Parameters = { new() { Value = id } } };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        if (!await reader.ReadAsync(cancel))
            return """{"previous":null}""";
        return JsonSerializer.Serialize(new { previous = new { session = reader.GetString(0), head = Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(1)) } });
    }

    private static string Payload(Principal by, string? session, string? owner, IReadOnlyDictionary<string, string>? details)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("session", session);
            json.WriteString("owner", owner);
            json.WriteStartObject("by");
            json.WriteString("issuer", by.Issuer);
            json.WriteString("subject", by.Subject);
            json.WriteString("name", by.Name);
            json.WriteString("kind", by.Kind);
            json.WriteEndObject();
            foreach (var (name, value) in details ?? new Dictionary<string, string>())
                json.WriteString(name, value);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
