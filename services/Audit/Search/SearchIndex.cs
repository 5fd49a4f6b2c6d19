using System.Text.Json;
using Hoop.Audit.Feed;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Search;

/// <summary>
/// Keeps <c>audit.statements</c>: one row for each decision, with all that it can be found by. It follows the feed a moment behind the
/// events, so that storing them waits for no index.
/// </summary>
internal sealed class SearchIndex(AuditDatabase database, TimeProvider clock, ILogger<SearchIndex> logger) : FeedReader(Cursor, database, clock, logger)
{
    public const string Cursor = "search";

    // The decision that was held is the newest of its number before this event.
    private const string Resolve = """
        UPDATE audit.statements u SET approvers = $4, resolution = $5, tags = u.tags || $6
        FROM (SELECT session_id, sequence, at FROM audit.statements WHERE session_id = $1 AND sequence < $2 AND operation = $3 AND resolution IS NULL ORDER BY sequence DESC LIMIT 1) held
        WHERE u.session_id = held.session_id AND u.sequence = held.sequence AND u.at = held.at
        """;

    protected override string[] Kinds { get; } = [EventKinds.OperationDecided, EventKinds.HoldResolved];

    protected override async Task TakeAsync(NpgsqlConnection connection, IReadOnlyList<JournalEvent> events, CancellationToken cancel)
    {
        var rows = new List<StatementRow>(events.Count);
        await using var resolved = new NpgsqlBatch(connection);
        foreach (var e in events)
        {
            using var payload = JsonDocument.Parse(e.Payload);
            if (e.Kind == EventKinds.OperationDecided)
                rows.Add(Decided(e, payload.RootElement));
            else
                resolved.BatchCommands.Add(Resolved(e, payload.RootElement));
        }

        await StatementRows.InsertAsync(connection, rows, cancel);
        if (resolved.BatchCommands.Count > 0)
            await resolved.ExecuteNonQueryAsync(cancel);
    }

    private static StatementRow Decided(JournalEvent e, JsonElement payload)
    {
        var (verbs, objects, effects, rules) = (Texts(payload, "verbs"), Texts(payload, "objects"), Texts(payload, "effects"), Texts(payload, "rules"));
        var (text, outcome) = (Text(payload, "text") ?? "", Text(payload, "outcome") ?? "");
        string[] tags =
        [
            SearchTags.Outcome(outcome), .. verbs.Select(SearchTags.Verb), .. objects.Select(SearchTags.Object), .. effects.Select(SearchTags.Effect),
            .. rules.Select(SearchTags.Rule), .. Text(payload, "requestId") is { } request ? [SearchTags.Request(request)] : Array.Empty<string>(), .. SearchTags.Words(text),
        ];
        return new StatementRow(e, Number(payload, "operation") ?? 0, outcome, verbs, objects, effects, rules, Number(payload, "policyVersion"), text, tags);
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
