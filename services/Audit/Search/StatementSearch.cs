using Hoop.Audit.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Search;

/// <summary>
/// Newest first. What is frequent is found among the newest rows; what is rare, by the inverted index at once; what is between, week by week: in
/// each the index says whether there are few hits, which are then sorted, or many, and then the week is walked by time until the page is full. So no
/// search hangs on the planner's guess of how frequent things are together.
/// </summary>
internal sealed class StatementSearch(AuditDatabase database)
{
    /// <summary>More hits than this count as many.</summary>
    internal const int Few = 5000;

    /// <summary>So many of the newest rows are looked at one by one.</summary>
    private const int Glance = 2000;

    private const string Columns = "session_id, sequence, at, operation, principal_name, principal_id, target, outcome, resolution, verbs, objects, effects, rules, approvers, policy_version, text";

    private const string Range = "at >= $1 AND at < $2 AND (at, session_id, sequence) < ($3, $4, $5)";

    internal const string Walk = $"SELECT {Columns} FROM audit.statements WHERE {Range} AND tags @> $6 ORDER BY at DESC, session_id DESC, sequence DESC LIMIT $7";

    internal const string Newest = $"SELECT {Columns} FROM audit.statements WHERE {Range} ORDER BY at DESC, session_id DESC, sequence DESC LIMIT $6";

    private static readonly string Newly = $"""
        SELECT {Columns} FROM (SELECT * FROM audit.statements WHERE {Range} ORDER BY at DESC, session_id DESC, sequence DESC LIMIT {Glance}) newest
        WHERE tags @> $6 ORDER BY at DESC, session_id DESC, sequence DESC LIMIT $7
        """;

    internal static readonly string Hits = $"""
        WITH hits AS MATERIALIZED (SELECT {Columns} FROM audit.statements WHERE {Range} AND tags @> $6 LIMIT {Few + 1})
        SELECT hits.*, (SELECT count(*) FROM hits) AS found FROM hits ORDER BY at DESC, session_id DESC, sequence DESC LIMIT $7
        """;

    /// <summary>How the two kinds of look are planned: by the inverted index, and by time.</summary>
    internal const string ByTags = "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = on",
        ByTime = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexscan = on";

    public async Task<SearchPage> FindAsync(string[] tags, DateTimeOffset? from, DateTimeOffset? to, SearchCursor? cursor, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var before = cursor ?? new SearchCursor(DateTimeOffset.MaxValue.AddYears(-1), "", 0);
        var found = new List<FoundStatement>();
        var weeks = await WeeksAsync(connection, from, to, before.At, cancel);
        if (weeks.Count > 0 && !await FindAtOnceAsync(connection, new Stretch(tags, Later(weeks[^1].First, from), Earlier(weeks[0].Until, to), before, limit + 1), found, cancel))
        {
            foreach (var (first, until) in weeks)
            {
                await FindInWeekAsync(connection, new Stretch(tags, Later(first, from), Earlier(until, to), before, limit + 1 - found.Count), found, cancel);
                if (found.Count > limit)
                    break;
            }
        }

        var last = found.Count > limit ? found[limit - 1] : null;
        return new SearchPage([.. found.Take(limit)], last is null ? null : new SearchCursor(last.At, last.Session, last.Sequence).ToString());
    }

    private sealed record Stretch(string[] Tags, DateTimeOffset First, DateTimeOffset Until, SearchCursor Before, int Wanted);

    /// <returns>False: it is neither frequent nor rare, and nothing was found yet.</returns>
    private static async Task<bool> FindAtOnceAsync(NpgsqlConnection connection, Stretch all, List<FoundStatement> found, CancellationToken cancel)
    {
        await PlanAsync(connection, ByTime, cancel);
        await ReadAsync(connection, all.Tags.Length == 0 ? Newest : Newly, all, found, cancel);
        if (all.Tags.Length == 0 || found.Count == all.Wanted)
            return true;
        found.Clear();
        await PlanAsync(connection, ByTags, cancel);
        if (await ReadAsync(connection, Hits, all, found, cancel) <= Few)
            return true;
        found.Clear();
        return false;
    }

    private static async Task FindInWeekAsync(NpgsqlConnection connection, Stretch week, List<FoundStatement> found, CancellationToken cancel)
    {
        await PlanAsync(connection, ByTags, cancel);
        var mark = found.Count;
        if (await ReadAsync(connection, Hits, week, found, cancel) <= Few)
            return;
        found.RemoveRange(mark, found.Count - mark);
        await PlanAsync(connection, ByTime, cancel);
        await ReadAsync(connection, Walk, week, found, cancel);
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

    /// <returns>How many there are in all, as far as the statement counts.</returns>
    private static async Task<long> ReadAsync(NpgsqlConnection connection, string sql, Stretch stretch, List<FoundStatement> found, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                Time(stretch.First), Time(stretch.Until), Time(stretch.Before.At), new() { Value = stretch.Before.Session }, new() { Value = stretch.Before.Sequence },
            },
        };
        if (stretch.Tags.Length > 0)
            command.Parameters.Add(new() { Value = stretch.Tags });
        command.Parameters.Add(new() { Value = stretch.Wanted });
        var count = 0L;
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var counts = reader.FieldCount > 16;
        while (await reader.ReadAsync(cancel))
        {
            found.Add(Read(reader));
            if (counts)
                count = reader.GetInt64(16);
        }

        return count;
    }

    private static FoundStatement Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetFieldValue<DateTimeOffset>(2), row.GetInt64(3), Text(row, 4), Text(row, 5), Text(row, 6), row.GetString(7), Text(row, 8),
        row.GetFieldValue<string[]>(9), row.GetFieldValue<string[]>(10), row.GetFieldValue<string[]>(11), row.GetFieldValue<string[]>(12), row.GetFieldValue<string[]>(13),
        row.IsDBNull(14) ? null : row.GetInt64(14), row.GetString(15));

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static NpgsqlParameter Time(DateTimeOffset value) => new() { Value = value.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other is { } o && o > one ? o : one;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset? other) => other is { } o && o < one ? o : one;
}
