using Hoop.Audit.Search;
using Hoop.Audit.Sessions;
using Hoop.Audit.Storage;
using Hoop.Contracts.Identity;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Export;

/// <summary>Which sessions an export takes: those with a statement that a search finds, or, when only a time is given, all that ran in it.</summary>
internal sealed class ExportSelection(AuditDatabase database, SessionQueries sessions, StatementSearch search)
{
    /// <summary>More than this is for several exports.</summary>
    public const int MostSessions = 1000;

    private const int MostStatements = 20_000, Page = 500;

    /// <param name="owner">Only this principal's; null for everybody's.</param>
    /// <returns>Null: there are too many.</returns>
    public async Task<(List<SessionSummary> Sessions, List<FoundStatement> Statements)?> FindAsync(SearchQuery query, Principal? owner, CancellationToken cancel)
    {
        var statements = await StatementsAsync(query.Tags(owner), query, cancel);
        if (statements is null)
            return null;
        var ids = query.Tags(null).Length > 0 ? [.. statements.Select(s => s.Session).Distinct()] : await RanAsync(query, owner, cancel);
        if (ids.Count > MostSessions)
            return null;
        var found = new Dictionary<string, SessionSummary>();
        foreach (var id in ids)
        {
            // What a session's chain says of its owner counts, not what it was found by.
            if (await sessions.FindAsync(id, cancel) is { } session && (owner is null || SessionRights.Owns(owner, session)))
                found.Add(id, session);
        }

        return ([.. found.Values], [.. statements.Where(s => found.ContainsKey(s.Session)).Select(s => s with { Principal = found[s.Session].Principal, PrincipalId = found[s.Session].PrincipalId, Target = found[s.Session].Target })]);
    }

    private async Task<List<FoundStatement>?> StatementsAsync(string[] tags, SearchQuery query, CancellationToken cancel)
    {
        var statements = new List<FoundStatement>();
        SearchCursor? cursor = null;
        do
        {
            var page = await search.FindAsync(tags, query.From, query.To, cursor, Page, cancel);
            statements.AddRange(page.Statements);
            cursor = SearchCursor.TryParse(page.Cursor);
        }
        while (cursor is not null && statements.Count <= MostStatements);
        return statements.Count > MostStatements ? null : statements;
    }

    private async Task<List<string>> RanAsync(SearchQuery query, Principal? owner, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var command = new NpgsqlCommand(
            """
            SELECT id FROM audit.sessions WHERE last_at >= $1 AND coalesce(started_at, last_at) < $2 AND ($3 IS NULL OR principal_id = $3)
            ORDER BY coalesce(started_at, last_at) LIMIT $4
            """, connection)
        {
            Parameters =
            {
                new() { Value = (query.From ?? DateTimeOffset.UnixEpoch).ToUniversalTime() }, new() { Value = (query.To ?? DateTimeOffset.MaxValue.AddYears(-1)).ToUniversalTime() },
                new() { Value = (object?)owner?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }, new() { Value = MostSessions + 1 },
            },
        };
        var ids = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            ids.Add(reader.GetString(0));
        return ids;
    }
}
