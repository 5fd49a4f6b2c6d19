using Hoop.Audit.Feed;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Search;

/// <summary>
/// Keeps <c>audit.statement_groups</c>: of each row of events, which statements it has and all that they can be found by; statements that differ in their literals
/// alone share a row. It follows the feed a moment behind the events, so that storing them waits for no index.
/// </summary>
internal sealed class SearchIndex(AuditDatabase database, TimeProvider clock, ILogger<SearchIndex> logger) : FeedReader(Cursor, database, clock, logger)
{
    public const string Cursor = "search";

    // The decision that was held is the newest of its number before this event.
    private const string Resolve = """
        UPDATE audit.statement_groups u SET approvers = $4, resolution = $5, tags = u.tags || $6
        FROM (SELECT session_id, sequence, at FROM audit.statement_groups WHERE session_id = $1 AND sequence < $2 AND held = $3 AND resolution IS NULL ORDER BY sequence DESC LIMIT 1) held
        WHERE u.session_id = held.session_id AND u.sequence = held.sequence AND u.at = held.at
        """;

    protected override int EventsAtOnce => 4000;

    protected override Task<IReadOnlyList<NpgsqlBatchCommand>> TakeAsync(IReadOnlyList<EventChunk> chunks, CancellationToken cancel)
    {
        var commands = new List<NpgsqlBatchCommand>();
        if (chunks.SelectMany(StatementGroup.Of).ToList() is { Count: > 0 } groups)
            commands.Add(StatementGroups.Add(groups));
        foreach (var chunk in chunks)
            for (var i = 0; i < chunk.Count; i++)
                if (chunk.Is(i, EventKinds.HoldResolved))
                    commands.Add(Resolved(chunk.SessionId, chunk.Sequence + i, Decision.Read(chunk.Payloads[i])));
        return Task.FromResult<IReadOnlyList<NpgsqlBatchCommand>>(commands);
    }

    private static NpgsqlBatchCommand Resolved(string session, long sequence, Decision resolved) => new(Resolve)
    {
        Parameters =
        {
            new() { Value = session }, new() { Value = sequence }, new() { Value = resolved.Operation }, new() { Value = resolved.DecidedBy }, new() { Value = resolved.Outcome },
            new() { Value = SearchTags.Resolved(resolved.Outcome, resolved.DecidedBy) },
        },
    };
}
