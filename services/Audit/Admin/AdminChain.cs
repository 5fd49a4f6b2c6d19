using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Audit.Feed;
using Hoop.Audit.Ingest;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults;
using Npgsql;

namespace Hoop.Audit.Admin;

/// <summary>
/// What people do with the records, and to Hoop itself, is recorded in the same log: one chain a day, <c>admin-2026-01-31</c>, whose
/// first event names the head of the day before.
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
    public const string EvidenceChecked = "evidence.checked";

    private const string Prefix = "admin-";
    private const int MaxKind = 100;

    /// <summary>True for chains that only Audit itself writes.</summary>
    public static bool Owns(string sessionId) => sessionId.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>The chain of the day, in UTC.</summary>
    public static string Of(DateTimeOffset day) => $"{Prefix}{day.UtcDateTime:yyyy-MM-dd}";

    /// <summary>Records before the thing is done: what can not be recorded is not shown.</summary>
    /// <param name="session">The session that is viewed or exported; null when it is not one alone.</param>
    /// <param name="details">What else there is to say of it.</param>
    public Task RecordAsync(string kind, Principal by, string? session, string? owner, CancellationToken cancel, IReadOnlyDictionary<string, string>? details = null) =>
        AppendAsync(database.OpenForAnswerAsync, (_, _) => Task.FromResult<IEnumerable<(string, string)>>([(kind, AdminPayload.Of(by, session, owner, details))]), cancel);

    /// <summary>What was done through the services' own surfaces. An action that is recorded already is passed over.</summary>
    public Task RecordAsync(IReadOnlyList<AdminAction> actions, CancellationToken cancel) => AppendAsync(
        database.OpenAsync,
        async (connection, token) =>
        {
            var news = await NewAsync(connection, actions, token);
            return actions.Where(a => news.Contains(a.Id)).DistinctBy(a => a.Id).Select(a => (a.Kind.Length is > 0 and <= MaxKind ? a.Kind : "admin.unnamed", AdminPayload.Of(a)));
        }, cancel);

    private async Task AppendAsync(
        Func<CancellationToken, ValueTask<NpgsqlConnection>> open, Func<NpgsqlConnection, CancellationToken, Task<IEnumerable<(string Kind, string Payload)>>> what, CancellationToken cancel)
    {
        await using var connection = await open(cancel);
        await partitions.EnsureAsync(connection, clock.GetUtcNow(), cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await connection.LockAsync(Prefix, cancel);
        // Under the lock: the chain's times never go back.
        var now = clock.GetUtcNow();
        var id = Of(now);
        var old = (await HeadTable.LoadAsync(connection, [id], cancel)).GetValueOrDefault(id) ?? SessionHead.Before(id);
        if (old.HasGap)
            old = await EventTable.FollowAsync(connection, old, cancel);
        var chain = new SessionChain(id, old.Sequence + 1, old.Hash);
        var news = (await what(connection, cancel)).ToList();
        if (news.Count == 0)
            return;
        var events = new List<JournalEvent>();
        if (old.Events == 0)
            events.Add(chain.Append(Opened, await OpeningAsync(connection, id, cancel), now));
        foreach (var (kind, payload) in news)
            events.Add(chain.Append(kind, payload, now));
        var parts = SessionPart.Of(EventBatch.Read(EventBatch.Of(events)));
        await HeadTable.RunAsync(connection, [.. EventTable.Insert("audit", parts), EventFeed.Append(parts), HeadTable.Move([(old, old.With(parts[0].Events))])], cancel);
        await transaction.CommitAsync(cancel);
    }

    private static async Task<HashSet<Guid>> NewAsync(NpgsqlConnection connection, IReadOnlyList<AdminAction> actions, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO audit.admin_actions (id) SELECT DISTINCT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING id", connection)
        {
            Parameters = { new() { Value = actions.Select(a => a.Id).ToArray() } },
        };
        var news = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            news.Add(reader.GetGuid(0));
        return news;
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
}
