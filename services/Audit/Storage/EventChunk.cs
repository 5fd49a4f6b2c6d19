using System.Text;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Storage;

/// <summary>
/// A row of <c>audit.event_chunks</c>: events of one session that follow each other without a gap, from <see cref="Sequence"/> on. What is in a row never changes,
/// and no row reaches over a minute or from one week into the next: a statement is found by the time of its row, and weeks leave whole.
/// </summary>
/// <param name="PreviousHash">Of the event before the first; each of the others follows the one before it.</param>
/// <param name="Hashes">32 bytes an event.</param>
internal sealed record EventChunk(string SessionId, long Sequence, DateTimeOffset[] Times, SentArray Kinds, SentArray Payloads, byte[] PreviousHash, byte[] Hashes)
{
    /// <summary>More are never in one row: who looks for an event needs to look no further back.</summary>
    public const int MostEvents = 64;

    /// <summary>Events within a row are no further apart in time.</summary>
    public static readonly TimeSpan LongestSpan = TimeSpan.FromMinutes(1);

    /// <summary>So many bytes of payloads that, compressed, a row takes half a page.</summary>
    private const int MostText = 16_000;

    /// <summary>What <see cref="Read"/> reads, of <c>audit.event_chunks c</c>.</summary>
    public const string Columns = "c.session_id, c.sequence, c.times, array_send(c.kinds), array_send(c.payloads), c.previous_hash, c.hashes";

    /// <summary>The greatest that an event may have: the place after the last of a row is still a number.</summary>
    public const long LastSequence = long.MaxValue - MostEvents;

    /// <summary>
    /// What is true of each row, as SQL that is neither NULL nor an error, whatever is in the row: plain lists, without NULLs, of as many as it says, in the minute that begins with it.
    /// </summary>
    public static readonly string IsWhole = $"""
        (events BETWEEN 1 AND {MostEvents} AND sequence BETWEEN 0 AND {LastSequence}
            AND array_dims(times) = '[1:' || events || ']' AND array_dims(kinds) = array_dims(times) AND array_dims(payloads) = array_dims(times)
            AND octet_length(previous_hash) = {CanonicalEvent.HashLength} AND octet_length(hashes) = events * {CanonicalEvent.HashLength}
            AND CASE WHEN array_ndims(kinds) = 1 AND array_ndims(payloads) = 1 THEN array_position(kinds, NULL) IS NULL AND array_position(payloads, NULL) IS NULL ELSE false END
            AND CASE WHEN at BETWEEN '0001-01-02' AND '9999-12-30' THEN at = times[1] AND at <= ALL (times) AND at + interval '{LongestSpan}' > ALL (times) ELSE false END) IS TRUE
        """;

    public int Count => Times.Length;

    /// <summary>Cuts events into rows: of each the places of its first and its last.</summary>
    /// <param name="events">Session by session, each in the order of its sequence.</param>
    public static List<(int First, int Last)> Cut(ReadOnlySpan<BatchedEvent> events)
    {
        var (rows, first, text) = (new List<(int First, int Last)>(), 0, 0L);
        for (var i = 0; i < events.Length; i++)
        {
            text += events[i].Payload.Length;
            if (i > first && (i - first == MostEvents || text > MostText || !Follows(events[first], events[i - 1], events[i])))
            {
                rows.Add((first, i - 1));
                (first, text) = (i, events[i].Payload.Length);
            }
        }

        if (events.Length > 0)
            rows.Add((first, events.Length - 1));
        return rows;
    }

    public static EventChunk Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetFieldValue<DateTimeOffset[]>(2), new SentArray(row.GetFieldValue<byte[]>(3)), new SentArray(row.GetFieldValue<byte[]>(4)),
        row.GetFieldValue<byte[]>(5), row.GetFieldValue<byte[]>(6));

    /// <summary>Whether its event at this place is of the kind.</summary>
    public bool Is(int i, string kind) => i < Kinds.Count && Ascii.Equals(Kinds[i], kind);

    /// <summary>One by one, as they came.</summary>
    public IEnumerable<JournalEvent> Events()
    {
        var i = 0;
        foreach (var (previous, hash) in Links(PreviousHash, Hashes, Count))
        {
            yield return new JournalEvent(SessionId, Sequence + i, Times[i], Text(Kinds, i), Text(Payloads, i), previous, hash);
            i++;
        }

        static string Text(SentArray texts, int i) => i < texts.Count ? Encoding.UTF8.GetString(texts[i]) : "";
    }

    /// <summary>Of each event of a row the hash before it and its own, lower-case hex; empty where there is none.</summary>
    public static IEnumerable<(string PreviousHash, string Hash)> Links(byte[] previousHash, byte[] hashes, int count)
    {
        var previous = Convert.ToHexStringLower(previousHash);
        for (var i = 0; i < count; i++)
        {
            var hash = hashes.Length >= (i + 1) * CanonicalEvent.HashLength ? Convert.ToHexStringLower(hashes.AsSpan(i * CanonicalEvent.HashLength, CanonicalEvent.HashLength)) : "";
            yield return (previous, hash);
            previous = hash;
        }
    }

    private static bool Follows(BatchedEvent first, BatchedEvent last, BatchedEvent e) =>
        e.SessionId == last.SessionId && e.Sequence == last.Sequence + 1 && e.PreviousHash == last.Hash && e.At >= first.At && e.At - first.At < LongestSpan && Week.Of(e.At) == Week.Of(first.At);
}

/// <summary>The weeks that events are kept by: ISO weeks, UTC.</summary>
internal static class Week
{
    /// <summary>Weeks since the Monday 0001-01-01.</summary>
    public static long Of(DateTimeOffset at) => at.UtcTicks / (TimeSpan.TicksPerDay * 7);
}
