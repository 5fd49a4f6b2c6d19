using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Recordings;

/// <summary><c>audit.contents</c>, and <c>audit.contents_waiting</c> for those on their way to an object store.</summary>
internal static class ContentTable
{
    private const string Insert = """
        INSERT INTO audit.contents (session_id, number, at, sha256, bytes, data)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::text[], $5::int[], $6::bytea[]) ON CONFLICT DO NOTHING
        """;

    private const string InsertWaiting = """
        INSERT INTO audit.contents_waiting (session_id, number, at, sha256, bytes, data)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::text[], $5::int[], $6::bytea[]) AS c (session_id, number, at, sha256, bytes, data)
        WHERE NOT EXISTS (SELECT FROM audit.contents s WHERE s.session_id = c.session_id AND s.number = c.number AND s.at = c.at) ON CONFLICT DO NOTHING
        """;

    /// <param name="waiting">An object store is to have them: until it has, they are kept here.</param>
    public static async Task InsertAsync(NpgsqlConnection connection, IReadOnlyList<RecordedContent> contents, bool waiting, CancellationToken cancel)
    {
        if (contents.Count == 0)
            return;
        await using var command = new NpgsqlCommand(waiting ? InsertWaiting : Insert, connection)
        {
            Parameters =
            {
                new() { Value = contents.Select(c => c.SessionId).ToArray() },
                new() { Value = contents.Select(c => c.Number).ToArray() },
                new() { Value = contents.Select(c => c.At.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                new() { Value = contents.Select(c => c.Sha256).ToArray() },
                new() { Value = contents.Select(c => c.Data.Length).ToArray() },
                new() { Value = contents.Select(c => c.Data).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }
}
