using Hoop.Audit.Chain;

namespace Hoop.Ingress.Journal;

/// <summary>Writes an event's payload: one JSON object, on one line.</summary>
public delegate void PayloadWriter<T>(EventBuffer json, in T payload);

/// <summary>One session's way into the journal: numbers, chains and appends its events. Thread-safe, because both directions of a connection report to it.</summary>
public sealed class SessionJournal(string sessionId, IJournal journal, TimeProvider time)
{
    [ThreadStatic] private static EventBuffer? buffer;

    private readonly Lock gate = new();
    private readonly byte[] headHash = new byte[CanonicalEvent.HashLength];
    private long next;

    public string SessionId => sessionId;

    /// <inheritdoc cref="IJournal.Wait"/>
    public TimeSpan Wait => journal.Wait;

    /// <summary>
    /// Appends the session's next event. An event that is refused leaves the chain where it was, so that closing events
    /// (see <see cref="ClosingEvents"/>), which have space reserved, still follow without a gap.
    /// </summary>
    /// <returns>Its place, for <see cref="DurableAsync"/>.</returns>
    /// <exception cref="JournalUnavailableException">It was not taken.</exception>
    public long Append<T>(string kind, in T payload, PayloadWriter<T> write)
    {
        lock (gate)
        {
            var made = buffer ??= new EventBuffer();
            made.Begin(sessionId, next, kind, time.GetUtcNow());
            write(made, payload);
            var e = made.End(headHash);
            var place = journal.Append(e);
            e.Hash.CopyTo(headHash);
            next++;
            return place;
        }
    }

    /// <inheritdoc cref="IJournal.DurableAsync"/>
    public ValueTask DurableAsync(long place, CancellationToken cancel) => journal.DurableAsync(place, cancel);

    /// <summary>The same and, when asked, waits for the disk.</summary>
    public async ValueTask AppendAsync<T>(string kind, T payload, PayloadWriter<T> write, Durability durability, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        var place = Append(kind, payload, write);
        if (durability == Durability.Synced)
            await journal.DurableAsync(place, cancel);
    }
}
