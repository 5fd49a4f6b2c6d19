using Hoop.Audit.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Search;

/// <summary>
/// Newest first, week by week. In each week the inverted index says whether there are few hits, which are then sorted, or many: then the
/// newest rows are walked until the page is full, which is soon. So no search hangs on the planner's guess of how frequent things are together.
/// </summary>
internal sealed class StatementSearch(AuditDatabase database)
{
    /// <summary>More hits than this in a week count as many.</summary>
    internal const int Few = 5000;

    private const string Columns = "session_id, sequence, at, operation, principal_name, principal_id, target, outcome, resolution, verbs, objects, effects, rules, approvers, policy_version, text";

    private const string Range = "at >= $1 AND at < $2 AND (at, session_id, sequence) < ($3, $4, $5)";

    internal const string Walk = $"SELECT {Columns} FROM audit.statements WHERE {Range} AND tags @> $6 ORDER BY at DESC, session_id DESC, sequence DESC LIMIT $7";

    internal const string Newest = $"SELECT {Columns} FROM audit.statements WHERE {Range} ORDER BY at DESC, session_id DESC, sequence DESC LIMIT $6";

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
        foreach (var (first, until) in await WeeksAsync(connection, from, to, before.At, cancel))
        {
            var week = new Week(tags, Later(first, from), Earlier(until, to), before, limit + 1 - found.Count);
            await FindAsync(connection, week, found, cancel);
            if (found.Count > limit)
                break;
        }

        var last = found.Count > limit ? found[limit - 1] : null;
        return new SearchPage([.. found.Take(limit)], last is null ? null : new SearchCursor(last.At, last.Session, last.Sequence).ToString());
    }

    private sealed record Week(string[] Tags, DateTimeOffset First, DateTimeOffset Until, SearchCursor Before, int Wanted);

    private static async Task FindAsync(NpgsqlConnection connection, Week week, List<FoundStatement> found, CancellationToken cancel)
    {
        if (week.Tags.Length == 0)
        {
            await ReadAsync(connection, Newest, week, found, cancel);
            return;
        }

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
    private static async Task<long> ReadAsync(NpgsqlConnection connection, string sql, Week week, List<FoundStatement> found, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                Time(week.First), Time(week.Until), Time(week.Before.At), new() { Value = week.Before.Session }, new() { Value = week.Before.Sequence },
            },
        };
        if (week.Tags.Length > 0)
            command.Parameters.Add(new() { Value = week.Tags });
        command.Parameters.Add(new() { Value = week.Wanted });
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
