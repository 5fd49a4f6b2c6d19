using System.Text.Json;
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

    public const int MostStatements = 20_000;

    private const int Page = 500;

    private static readonly JsonSerializerOptions Line = new(JsonSerializerDefaults.Web);

    /// <param name="owner">Only this principal's; null for everybody's.</param>
    /// <param name="lines">Takes the statements whole, one a line: with their texts they are more than memory is for.</param>
    /// <returns>The sessions, and of the statements what an export says of them all; null: there are too many.</returns>
    public async Task<(List<SessionSummary> Sessions, List<FoundStatement> Statements)?> FindAsync(SearchQuery query, Principal? owner, Stream lines, CancellationToken cancel)
    {
        var found = new Dictionary<string, SessionSummary?>();
        if (query.Tags(null).Length == 0)
        {
            var ran = await RanAsync(query, owner, cancel);
            if (ran.Count > MostSessions)
                return null;
            foreach (var id in ran)
                await LookAsync(found, id, owner, cancel);
        }

        if (await StatementsAsync(query.Tags(owner), query, owner, found, lines, cancel) is not { } statements)
            return null;
        return ([.. found.Values.OfType<SessionSummary>()], statements);
    }

    /// <summary>What a session's chain says of its owner counts, not what it was found by.</summary>
    private async Task<SessionSummary?> LookAsync(Dictionary<string, SessionSummary?> found, string id, Principal? owner, CancellationToken cancel)
    {
        if (!found.TryGetValue(id, out var session))
            found[id] = session = await sessions.FindAsync(id, cancel) is { } there && (owner is null || SessionRights.Owns(owner, there)) ? there : null;
        return session;
    }

    private async Task<List<FoundStatement>?> StatementsAsync(
        string[] tags, SearchQuery query, Principal? owner, Dictionary<string, SessionSummary?> found, Stream lines, CancellationToken cancel)
    {
        var statements = new List<FoundStatement>();
        SearchCursor? cursor = null;
        do
        {
            var page = await search.FindAsync(tags, query.From, query.To, cursor, Page, cancel);
            foreach (var statement in page.Statements)
            {
                if (await LookAsync(found, statement.Session, owner, cancel) is not { } session)
                    continue;
                if (statements.Count == MostStatements || found.Count > MostSessions)
                    return null;
                var whole = statement with { Principal = session.Principal, PrincipalId = session.PrincipalId, Target = session.Target };
                await lines.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(whole, Line), (byte)'\n'], cancel);
                statements.Add(whole with { Text = "", Verbs = [], Objects = [], Effects = [], Rules = [], Approvers = [] });
            }

            cursor = SearchCursor.TryParse(page.Cursor);
        }
        while (cursor is not null);
        return statements;
    }

    private async Task<List<string>> RanAsync(SearchQuery query, Principal? owner, CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
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
