using System.Text.Json;
using Hoop.Audit.Feed;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Search;

/// <summary>
/// Keeps <c>audit.statements</c>: one row for each decision, with all that it can be found by. It follows the feed a moment behind the
/// events, so that storing them waits for no index.
/// </summary>
internal sealed class SearchIndex(AuditDatabase database, TimeProvider clock, ILogger<SearchIndex> logger) : FeedReader(Cursor, database, clock, logger)
{
    public const string Cursor = "search";

    private const string Insert = """
        INSERT INTO audit.statements (session_id, sequence, at, operation, principal_id, principal_name, target, outcome, verbs, objects, effects, rules, policy_version, text, tags)
        SELECT $1, $2, $3, $4, s.principal_id, s.principal_name, s.target, $5, $6, $7, $8, $9, $10, $11,
               $12 || array_remove(ARRAY['p:' || s.principal_id, 'p:' || s.principal_name, 'p:' || split_part(s.principal_id, '|', 2), 't:' || s.target], NULL)
        FROM (SELECT) one LEFT JOIN audit.sessions s ON s.id = $1 ON CONFLICT DO NOTHING
        """;

    // The decision that was held is the newest of its number before this event.
    private const string Resolve = """
        UPDATE audit.statements u SET approvers = $4, resolution = $5, tags = u.tags || $6
        FROM (SELECT session_id, sequence, at FROM audit.statements WHERE session_id = $1 AND sequence < $2 AND operation = $3 AND resolution IS NULL ORDER BY sequence DESC LIMIT 1) held
        WHERE u.session_id = held.session_id AND u.sequence = held.sequence AND u.at = held.at
        """;

    protected override async Task TakeAsync(NpgsqlConnection connection, IReadOnlyList<JournalEvent> events, CancellationToken cancel)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var e in events)
        {
            if (e.Kind is not (EventKinds.OperationDecided or EventKinds.HoldResolved))
                continue;
            using var payload = JsonDocument.Parse(e.Payload);
            batch.BatchCommands.Add(e.Kind == EventKinds.OperationDecided ? Decided(e, payload.RootElement) : Resolved(e, payload.RootElement));
        }

        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancel);
    }

    private static NpgsqlBatchCommand Decided(JournalEvent e, JsonElement payload)
    {
        var (verbs, objects, effects, rules) = (Texts(payload, "verbs"), Texts(payload, "objects"), Texts(payload, "effects"), Texts(payload, "rules"));
        var (text, outcome) = (Text(payload, "text") ?? "", Text(payload, "outcome") ?? "");
        string[] tags =
        [
            SearchTags.Outcome(outcome), .. verbs.Select(SearchTags.Verb), .. objects.Select(SearchTags.Object), .. effects.Select(SearchTags.Effect),
            .. rules.Select(SearchTags.Rule), .. Text(payload, "requestId") is { } request ? [SearchTags.Request(request)] : Array.Empty<string>(), .. SearchTags.Words(text),
        ];
        return new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                new() { Value = e.SessionId }, new() { Value = e.Sequence }, new() { Value = e.At.ToUniversalTime() }, new() { Value = Number(payload, "operation") ?? 0 },
                new() { Value = outcome }, new() { Value = verbs }, new() { Value = objects }, new() { Value = effects }, new() { Value = rules },
                new() { Value = (object?)Number(payload, "policyVersion") ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = text }, new() { Value = tags },
            },
        };
    }

    private static NpgsqlBatchCommand Resolved(JournalEvent e, JsonElement payload)
    {
        var (outcome, by) = (Text(payload, "outcome") ?? "", Texts(payload, "decidedBy"));
        return new NpgsqlBatchCommand(Resolve)
        {
            Parameters =
            {
                new() { Value = e.SessionId }, new() { Value = e.Sequence }, new() { Value = Number(payload, "operation") ?? 0 }, new() { Value = by }, new() { Value = outcome },
                new() { Value = (string[])[SearchTags.Outcome(outcome), .. by.Select(SearchTags.Approver)] },
            },
        };
    }

    // A NUL is legal in JSON and not in PostgreSQL's text; the event itself keeps it.
    private static string? Text(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Replace('\0', '\uFFFD') : null;

    private static long? Number(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static string[] Texts(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()!.Replace('\0', '\uFFFD')).Distinct()]
            : [];
}
