using Hoop.Contracts.Audit;

namespace Hoop.Ingress.Journal;

/// <summary>When an appended event counts as stored.</summary>
public enum Durability
{
    /// <summary>In the operating system's page cache: survives this process, and within 50 ms a power cut too.</summary>
    Written,

    /// <summary>On the disk (group commit): survives a power cut.</summary>
    Synced,
}

/// <summary>Where an Ingress keeps its events until Audit has them. Two implementations: segment files, and memory for tests.</summary>
public interface IJournal
{
    /// <summary>
    /// Appends one event. Its place is taken, or refused, before the call returns, so calls made in order are stored in order.
    /// Completes when the event is as durable as asked; faults with <see cref="JournalUnavailableException"/> when it can not be.
    /// </summary>
    ValueTask AppendAsync(JournalEvent e, Durability durability, CancellationToken cancel);
}

/// <summary>The journal can not take the event: nothing that depends on it may be forwarded.</summary>
public sealed class JournalUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
