using Hoop.Audit.Chain;

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
    /// <summary>Appends one event, in the order of the calls. It is <see cref="Durability.Written"/> when this returns.</summary>
    /// <returns>Its place, for <see cref="DurableAsync"/>: the higher the later.</returns>
    /// <exception cref="JournalUnavailableException">It was not taken.</exception>
    long Append(in ChainedEvent e);

    /// <summary>Completes when the event at this place, and all before it, are <see cref="Durability.Synced"/>.</summary>
    /// <exception cref="JournalUnavailableException">They can not be.</exception>
    ValueTask DurableAsync(long place, CancellationToken cancel);

    /// <summary>How long a statement that comes now is to wait before it is decided, because Audit does not keep up; almost always zero.</summary>
    TimeSpan Wait { get; }
}

/// <summary>The journal can not take the event: nothing that depends on it may be forwarded.</summary>
public sealed class JournalUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True: its limit is reached, and it takes events again once Audit has what is in it.</summary>
    public bool Full { get; init; }
}
