using System.Globalization;
using System.IO.Compression;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.ObjectStorage;
using Npgsql;

namespace Hoop.Audit.Recordings;

/// <summary>Recorded rows, wherever they are: in the database, on their way to an object store, or there.</summary>
/// <param name="objects">Null: the database keeps them.</param>
internal sealed class ContentStore(AuditDatabase database, ILogger<ContentStore> logger, S3Store? objects = null)
{
    private const int MostBytes = 64 * 1024 * 1024;

    public bool UsesObjects => objects is not null;

    /// <summary>As the session's chain has its hash; null when no event of the session names it, or it has not arrived.</summary>
    /// <exception cref="InvalidDataException">What is kept is not what the session's chain has the hash of.</exception>
    public async Task<byte[]?> ReadAsync(string session, long number, CancellationToken cancel)
    {
        var named = await NamedAsync(session, number, cancel);
        if (named.Count > 1)
            throw new InvalidDataException($"content {number} of session {session} is named with {named.Count} hashes by the session's events: 'hoop evidence check' says which of them was added");
        return named is [var sha256] ? await ReadAsync(session, number, sha256, cancel) : null;
    }

    /// <param name="sha256">What the session's chain says. A row that somebody put beside the recorded one, or in its place, has another.</param>
    /// <inheritdoc cref="ReadAsync(string, long, CancellationToken)"/>
    public async Task<byte[]?> ReadAsync(string session, long number, string sha256, CancellationToken cancel)
    {
        var rows = await FindAsync(session, number, sha256, cancel);
        foreach (var row in rows.Where(r => r.Sha256 == sha256))
        {
            var data = row.Data ?? await (objects ?? throw new InvalidDataException($"content {number} of session {session} is in an object store, and none is configured")).GetAsync(row.Key!, cancel);
            if (data is null)
                throw new InvalidDataException($"content {number} of session {session} is missing from the object store");
            if (Convert.ToHexStringLower(SHA256.HashData(data)) == sha256)
                return data;
        }

        return rows.Count == 0 ? null : throw new InvalidDataException($"content {number} of session {session} is not what was recorded: its hash differs");
    }

    /// <summary>The rows of a content, each a list of texts and nulls.</summary>
    public static List<string?[]> Rows(byte[] data)
    {
        using var plain = new MemoryStream();
        using (var brotli = new BrotliStream(new MemoryStream(data), CompressionMode.Decompress))
        {
            var buffer = new byte[81920];
            for (var read = brotli.Read(buffer); read > 0; read = brotli.Read(buffer))
            {
                if (plain.Length + read > MostBytes)
                    throw new InvalidDataException("a content is larger than any that is recorded");
                plain.Write(buffer, 0, read);
            }
        }

        return [.. Encoding.UTF8.GetString(plain.GetBuffer(), 0, (int)plain.Length).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<string?[]>(line)!)];
    }

    /// <summary>Hands what waits to the object store, and notes where it is. One instance at a time.</summary>
    /// <remarks>What the store took is noted also when it refuses the next: put again, each would be one more version that nobody can delete before its time.</remarks>
    /// <returns>How many moved.</returns>
    /// <exception cref="HttpRequestException">The store did not take one.</exception>
    public async Task<int> MoveAsync(CancellationToken cancel)
    {
        if (objects is null)
            return 0;
        await using var connection = await database.OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var (waiting, moved, failure) = (await WaitingAsync(connection, cancel), 0, (ExceptionDispatchInfo?)null);
        foreach (var content in waiting)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"recordings/{content.At:yyyy/MM/dd}/{content.SessionId}/{content.Number}-{content.Sha256}.br");
            try
            {
                await objects.PutAsync(key, content.Data, "application/x-brotli", cancel);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested)
            {
                failure = ExceptionDispatchInfo.Capture(e);
                break;
            }

            await MovedAsync(connection, content, key, cancel);
            moved++;
        }

        await transaction.CommitAsync(cancel);
        failure?.Throw();
        return moved;
    }

    /// <summary>Deletes objects whose partition retention has dropped. One that is still locked is tried again, an hour later each time.</summary>
    /// <returns>How many were tried.</returns>
    public async Task<int> DeleteDroppedAsync(CancellationToken cancel)
    {
        if (objects is null)
            return 0;
        await using var connection = await database.OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var keys = await DroppedAsync(connection, cancel);
        var (gone, locked) = (new List<string>(), new List<string>());
        foreach (var key in keys)
        {
            try
            {
                await objects.DeleteAsync(key, cancel);
                gone.Add(key);
            }
            catch (HttpRequestException e)
            {
                logger.ObjectKept(e.Message);
                locked.Add(key);
            }
        }

        await using var settle = new NpgsqlCommand(
            """
            WITH gone AS (DELETE FROM audit.objects_to_delete WHERE object_key = ANY ($1))
            UPDATE audit.objects_to_delete SET try_at = now() + interval '1 hour' WHERE object_key = ANY ($2)
            """, connection) { Parameters = { new() { Value = gone.ToArray() }, new() { Value = locked.ToArray() } } };
        await settle.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
        return keys.Count;
    }

    private static async Task<List<RecordedContent>> WaitingAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "SELECT session_id, number, at, sha256, data FROM audit.contents_waiting ORDER BY at LIMIT 50 FOR UPDATE SKIP LOCKED", connection);
        var waiting = new List<RecordedContent>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            waiting.Add(new RecordedContent(reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3), reader.GetFieldValue<byte[]>(4)));
        return waiting;
    }

    private static async Task MovedAsync(NpgsqlConnection connection, RecordedContent content, string key, CancellationToken cancel)
    {
        await using var moved = new NpgsqlCommand(
            """
            INSERT INTO audit.contents (session_id, number, at, sha256, bytes, object_key) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
            """, connection)
        {
            Parameters =
            {
                new() { Value = content.SessionId }, new() { Value = content.Number }, new() { Value = content.At.ToUniversalTime() },
                new() { Value = content.Sha256 }, new() { Value = content.Data.Length }, new() { Value = key },
            },
        };
        await moved.ExecuteNonQueryAsync(cancel);
        await using var gone = new NpgsqlCommand("DELETE FROM audit.contents_waiting WHERE session_id = $1 AND number = $2", connection)
        {
            Parameters = { new() { Value = content.SessionId }, new() { Value = content.Number } },
        };
        await gone.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<List<string>> DroppedAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "SELECT object_key FROM audit.objects_to_delete WHERE try_at <= now() ORDER BY try_at LIMIT 50 FOR UPDATE SKIP LOCKED", connection);
        var keys = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            keys.Add(reader.GetString(0));
        return keys;
    }

    /// <summary>The hashes that the session's events name it with: one, unless somebody added events.</summary>
    private async Task<List<string>> NamedAsync(string session, long number, CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        await using var command = new NpgsqlCommand(
            $"""
            SELECT {EventChunk.Columns} FROM audit.event_chunks c, (SELECT first_at, last_at FROM audit.heads WHERE session_id = $1) h
            WHERE c.session_id = $1 AND c.at BETWEEN h.first_at AND h.last_at
                AND EXISTS (SELECT FROM unnest(c.kinds, c.payloads) AS e (kind, payload) WHERE e.kind = '{EventKinds.ResultRecorded}' AND e.payload LIKE '%"number":' || $2 || '%')
            """, connection) { Parameters = { new() { Value = session }, new() { Value = number.ToString(CultureInfo.InvariantCulture) } } };
        var named = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            foreach (var e in EventChunk.Read(reader).Events())
                if (ContentReference.Of(e) is { } content && content.Number == number && !named.Contains(content.Sha256))
                    named.Add(EventHash.Matches(e) ? content.Sha256 : throw new InvalidDataException($"event {e.Sequence} of session {session}, which names content {number}, was changed: its hash does not match its content"));
        return named;
    }

    private async Task<List<(string Sha256, byte[]? Data, string? Key)>> FindAsync(string session, long number, string sha256, CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        await using var command = new NpgsqlCommand(
            """
            SELECT sha256, CASE WHEN sha256 = $3 THEN data END, object_key FROM audit.contents c, (SELECT first_at, last_at FROM audit.heads WHERE session_id = $1) h
            WHERE c.session_id = $1 AND c.number = $2 AND c.at BETWEEN h.first_at - interval '1 day' AND h.last_at + interval '1 day'
            UNION ALL SELECT sha256, CASE WHEN sha256 = $3 THEN data END, NULL FROM audit.contents_waiting WHERE session_id = $1 AND number = $2
            """, connection) { Parameters = { new() { Value = session }, new() { Value = number }, new() { Value = sha256 } } };
        var rows = new List<(string, byte[]?, string?)>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            rows.Add((reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        return rows;
    }
}
