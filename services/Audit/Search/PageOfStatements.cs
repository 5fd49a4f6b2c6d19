using Hoop.Audit.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Search;

/// <summary>A row of <c>audit.statement_groups</c>.</summary>
/// <param name="At">Of its newest statement.</param>
internal readonly record struct GroupKey(string Session, long Sequence, DateTimeOffset At);

/// <summary>Fills with the statements of groups, which come newest first, until it has enough, by their number or their texts, that no later group can come before.</summary>
/// <param name="longestText">Null: texts come whole.</param>
internal sealed class PageOfStatements(string[] tags, DateTimeOffset? from, DateTimeOffset? to, SearchCursor before, int limit, int? longestText)
{
    /// <summary>Characters of a page. One statement that has more by itself is a page of its own.</summary>
    internal const int MostText = 1_000_000;

    // LATERAL, one row at a time: whatever the planner thinks of their number, each is looked up by its key.
    private static readonly string Statements = $"""
        SELECT g.session_id, g.chunk + e.n - 1, e.at, e.payload, g.resolution, g.approvers, s.principal_name, s.principal_id, s.target
        FROM unnest($1::text[], $2::bigint[], $3::timestamptz[]) AS k (session_id, sequence, at)
        CROSS JOIN LATERAL (SELECT * FROM audit.statement_groups g WHERE g.session_id = k.session_id AND g.sequence = k.sequence AND g.at = k.at LIMIT 1) g
        CROSS JOIN LATERAL (
            SELECT * FROM audit.event_chunks c WHERE c.session_id = g.session_id AND c.sequence = g.chunk AND c.at BETWEEN g.at - interval '{EventChunk.LongestSpan}' AND g.at LIMIT 1) c
        CROSS JOIN LATERAL unnest(c.times, c.payloads) WITH ORDINALITY AS e (at, payload, n)
        LEFT JOIN LATERAL (SELECT * FROM audit.sessions s WHERE s.id = g.session_id LIMIT 1) s ON true
        WHERE g.chunk + e.n - 1 = ANY (g.sequences)
        """;

    /// <summary>What the index says of a session is true of each of its statements; the rest is looked at again, since a group has the tags of all of them.</summary>
    private readonly string[] own = [.. tags.Where(t => !t.StartsWith("p:", StringComparison.Ordinal) && !t.StartsWith("t:", StringComparison.Ordinal))];
    private readonly List<FoundStatement> found = [];
    private long text;

    /// <summary>What comes later is no newer than this: only what is newer is in its place. Null: nothing comes later.</summary>
    private DateTimeOffset? settled;

    public void Clear()
    {
        found.Clear();
        (text, settled) = (0, null);
    }

    /// <returns>True: it is full.</returns>
    public async Task<bool> AddAsync(NpgsqlConnection connection, IReadOnlyList<GroupKey> keys, CancellationToken cancel)
    {
        // Whole texts may be long: few at a time.
        foreach (var some in keys.Chunk(longestText is null ? 20 : Math.Clamp(limit + 1, 20, 200)))
        {
            await ReadAsync(connection, some, cancel);
            settled = some[^1].At;
            var newer = found.Count(s => s.At > settled);
            if (newer > limit || newer > 0 && text > MostText)
                return true;
        }

        settled = null;
        return false;
    }

    public SearchPage Take()
    {
        var sorted = found.Where(s => settled is null || s.At > settled)
            .OrderByDescending(s => s.At).ThenByDescending(s => s.Session, StringComparer.Ordinal).ThenByDescending(s => s.Sequence).Take(limit + 1).ToList();
        var (page, size) = (new List<FoundStatement>(), 0L);
        foreach (var statement in sorted.Take(limit))
        {
            size += SizeOf(statement);
            if (page.Count > 0 && size > MostText)
                break;
            page.Add(statement);
        }

        var more = page.Count > 0 && (settled is not null || page.Count < sorted.Count);
        return new SearchPage(page, more ? new SearchCursor(page[^1].At, page[^1].Session, page[^1].Sequence).ToString() : null);
    }

    private static long SizeOf(FoundStatement statement) =>
        statement.Text.Length + new[] { statement.Verbs, statement.Objects, statement.Effects, statement.Rules, statement.Approvers }.Sum(texts => texts.Sum(t => (long)t.Length + 3));

    private string Cut(string whole) => longestText is { } most && whole.Length > most ? whole[..(char.IsHighSurrogate(whole[most - 1]) ? most - 1 : most)] + "…" : whole;

    private async Task ReadAsync(NpgsqlConnection connection, GroupKey[] keys, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Statements, connection)
        {
            Parameters =
            {
                new() { Value = keys.Select(k => k.Session).ToArray() }, new() { Value = keys.Select(k => k.Sequence).ToArray() },
                new() { Value = keys.Select(k => k.At.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            var (session, sequence, at) = (reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2));
            if (at < from || at >= to || !ComesAfter(at, session, sequence))
                continue;
            var (decision, resolution, approvers) = (Decision.Read(reader.GetFieldValue<byte[]>(3)), Text(reader, 4), reader.GetFieldValue<string[]>(5));
            if (own.Length > 0 && !Has(decision, resolution, approvers))
                continue;
            found.Add(new FoundStatement(
                session, sequence, at, decision.Operation, Text(reader, 6), Text(reader, 7), Text(reader, 8), decision.Outcome, resolution,
                decision.Verbs, decision.Objects, decision.Effects, decision.Rules, approvers, decision.PolicyVersion, Cut(decision.Text)));
            text += SizeOf(found[^1]);
        }
    }

    private bool ComesAfter(DateTimeOffset at, string session, long sequence) =>
        at != before.At ? at < before.At : string.CompareOrdinal(session, before.Session) is var order && (order != 0 ? order < 0 : sequence < before.Sequence);

    private bool Has(Decision decision, string? resolution, string[] approvers)
    {
        var has = new HashSet<string>(StringComparer.Ordinal);
        decision.AddTags(has);
        if (resolution is not null)
            has.UnionWith(SearchTags.Resolved(resolution, approvers));
        return own.All(has.Contains);
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
