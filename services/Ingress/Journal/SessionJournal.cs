using Hoop.Audit.Chain;

namespace Hoop.Ingress.Journal;

/// <summary>One session's way into the journal: numbers, chains and appends its events. Thread-safe, because both directions of a connection report to it.</summary>
public sealed class SessionJournal(string sessionId, IJournal journal, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly SessionChain chain = new(sessionId);

    public string SessionId => sessionId;

    /// <summary>
    /// Appends the session's next event. An event refused at once leaves the chain where it was, so that closing events
    /// (see <see cref="ClosingEvents"/>), which have space reserved, still follow without a gap.
    /// </summary>
    /// <param name="payload">One JSON object.</param>
    public ValueTask AppendAsync(string kind, string payload, Durability durability, CancellationToken cancel = default)
    {
        lock (gate)
        {
            var e = chain.Next(kind, payload, time.GetUtcNow());
            var stored = journal.AppendAsync(e, durability, cancel);
            if (!stored.IsFaulted && !stored.IsCanceled)
                chain.Advance(e);
            return stored;
        }
    }
}
