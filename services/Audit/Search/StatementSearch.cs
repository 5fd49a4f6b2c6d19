using Hoop.Audit.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Search;

/// <summary>
/// Newest first. What is frequent is found among the newest groups; what is rare, by the inverted index at once; what is between, week by week: in
/// each the index says whether there are few hits, which are then sorted, or many, and then the week is walked by time until the page is full. So no
/// search hangs on the planner's guess of how frequent things are together. The statements of the groups that were found are then read from their events.
/// </summary>
internal sealed class StatementSearch(AuditDatabase database)
{
    /// <summary>More hits than this count as many.</summary>
    internal const int Few = 5000;

    /// <summary>So many of the newest groups are looked at one by one.</summary>
    private const int Glance = 2000;

    /// <summary>So many groups of a walk are asked for at once.</summary>
    private const int Stride = 200;

    private const string Range = "at >= $1 AND at <= $2 AND (at, session_id, sequence) < ($3, $4, $5)";

    private const string Newer = "ORDER BY at DESC, session_id DESC, sequence DESC";

    internal static readonly string Walk = $"SELECT session_id, sequence, at FROM audit.statement_groups WHERE {Range} AND tags @> $6 {Newer} LIMIT {Stride}";

    internal static readonly string Newest = $"SELECT session_id, sequence, at FROM audit.statement_groups WHERE {Range} {Newer} LIMIT {Stride}";

    private static readonly string Newly = $"SELECT session_id, sequence, at FROM (SELECT * FROM audit.statement_groups WHERE {Range} {Newer} LIMIT {Glance}) newest WHERE tags @> $6 {Newer}";

    internal static readonly string Hits = $"""
        WITH hits AS MATERIALIZED (SELECT session_id, sequence, at FROM audit.statement_groups WHERE {Range} AND tags @> $6 LIMIT {Few + 1})
        SELECT * FROM hits {Newer}
        """;

    /// <summary>How the two kinds of look are planned: by the inverted index, and by time. Compiling a plan would take longer than any of them runs.</summary>
    internal const string ByTags = "SET LOCAL jit = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = on",
        ByTime = "SET LOCAL jit = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexscan = on";

    /// <param name="limit">A page ends earlier when its texts are long; its cursor goes on where it ended.</param>
    /// <param name="longestText">What is behind is cut off, and marked; null: texts come whole.</param>
    public async Task<SearchPage> FindAsync(string[] tags, DateTimeOffset? from, DateTimeOffset? to, SearchCursor? cursor, int limit, CancellationToken cancel, int? longestText = null)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var before = cursor ?? new SearchCursor(DateTimeOffset.MaxValue.AddYears(-1), "", 0);
        var weeks = await WeeksAsync(connection, from, to, before.At, cancel);
        if (weeks.Count == 0)
            return new SearchPage([], null);
        // A group's time is that of its newest statement: older ones are up to a minute behind.
        var all = new Stretch(tags, Later(weeks[^1].First, from), Earlier(weeks[0].Until, Earlier(before.At, to).AddTicks(1)).Add(EventChunk.LongestSpan));
        var page = new PageOfStatements(tags, from, to, before, limit, longestText);
        if (!await FindAtOnceAsync(connection, all, page, cancel))
        {
            foreach (var (first, until) in weeks)
                if (await FindInWeekAsync(connection, all with { First = Later(first, from), Until = Earlier(until.AddTicks(-TimeSpan.TicksPerMicrosecond), all.Until) }, page, cancel))
                    break;
        }

        return page.Take();
    }

    private sealed record Stretch(string[] Tags, DateTimeOffset First, DateTimeOffset Until);

    /// <returns>False: it is neither frequent nor rare, and nothing was found yet.</returns>
    private static async Task<bool> FindAtOnceAsync(NpgsqlConnection connection, Stretch all, PageOfStatements page, CancellationToken cancel)
    {
        await PlanAsync(connection, ByTime, cancel);
        if (all.Tags.Length == 0)
        {
            await WalkAsync(connection, Newest, all, page, cancel);
            return true;
        }

        if (await page.AddAsync(connection, await KeysAsync(connection, Newly, all, null, cancel), cancel))
            return true;
        page.Clear();
        var hits = await HitsAsync(connection, all, cancel);
        if (hits.Count > Few)
            return false;
        await page.AddAsync(connection, hits, cancel);
        return true;
    }

    /// <returns>True: the page is full.</returns>
    private static async Task<bool> FindInWeekAsync(NpgsqlConnection connection, Stretch week, PageOfStatements page, CancellationToken cancel)
    {
        var hits = await HitsAsync(connection, week, cancel);
        return hits.Count <= Few ? await page.AddAsync(connection, hits, cancel) : await WalkAsync(connection, Walk, week, page, cancel);
    }

    /// <returns>True: the page is full.</returns>
    private static async Task<bool> WalkAsync(NpgsqlConnection connection, string sql, Stretch stretch, PageOfStatements page, CancellationToken cancel)
    {
        GroupKey? last = null;
        while (true)
        {
            var keys = await KeysAsync(connection, sql, stretch, last, cancel);
            if (await page.AddAsync(connection, keys, cancel))
                return true;
            if (keys.Count < Stride)
                return false;
            last = keys[^1];
        }
    }

    /// <summary>The partitions that may hold hits, newest first.</summary>
    private static async Task<List<(DateTimeOffset First, DateTimeOffset Until)>> WeeksAsync(
        NpgsqlConnection connection, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset before, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT first, until FROM audit.partitions WHERE first <= $1 AND until > $2 ORDER BY first DESC", connection)
        {
            Parameters =
            {
                new() { Value = Earlier(before, to).ToUniversalTime() },
                new() { Value = from?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch },
            },
        };
        var weeks = new List<(DateTimeOffset, DateTimeOffset)>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            weeks.Add((reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1)));
        return weeks;
    }

    private static async Task PlanAsync(NpgsqlConnection connection, string settings, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(settings, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>By the inverted index; what follows is planned by time again.</summary>
    private static async Task<List<GroupKey>> HitsAsync(NpgsqlConnection connection, Stretch stretch, CancellationToken cancel)
    {
        await PlanAsync(connection, ByTags, cancel);
        var hits = await KeysAsync(connection, Hits, stretch, null, cancel);
        await PlanAsync(connection, ByTime, cancel);
        return hits;
    }

    /// <summary>Newest first.</summary>
    /// <param name="after">Those that come after this one; null: all.</param>
    private static async Task<List<GroupKey>> KeysAsync(NpgsqlConnection connection, string sql, Stretch stretch, GroupKey? after, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                Time(stretch.First), Time(stretch.Until), Time(after?.At ?? DateTimeOffset.MaxValue.AddYears(-1)), new() { Value = after?.Session ?? "" }, new() { Value = after?.Sequence ?? 0 },
            },
        };
        if (stretch.Tags.Length > 0)
            command.Parameters.Add(new() { Value = stretch.Tags });
        var keys = new List<GroupKey>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            keys.Add(new GroupKey(reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2)));
        return keys;
    }

    private static NpgsqlParameter Time(DateTimeOffset value) => new() { Value = value.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other is { } o && o > one ? o : one;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset? other) => other is { } o && o < one ? o : one;
}
