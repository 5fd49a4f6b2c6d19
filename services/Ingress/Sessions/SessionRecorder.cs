using Hoop.Audit.Chain;
using Hoop.Ingress.Journal;

namespace Hoop.Ingress.Sessions;

/// <summary>Chains a session's events and hands them to the journal in that order.</summary>
internal sealed class SessionRecorder(string sessionId, IJournal journal, TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly SessionChain chain = new(sessionId);

    /// <exception cref="JournalUnavailableException">It was not recorded: nothing may run.</exception>
    internal ValueTask RecordAsync(string kind, string payload, Durability durability, CancellationToken cancel)
    {
        // Chaining and queueing are one step: two writers must not swap places between them.
        lock (gate)
        {
            return journal.AppendAsync(chain.Append(kind, payload, clock.GetUtcNow()), durability, cancel);
        }
    }
}
