using System.Collections.Immutable;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal;

namespace Hoop.Ingress.Tests.Journal;

/// <summary>A journal in memory, for tests of what writes to one.</summary>
public sealed class MemoryJournal : IJournal
{
    private ImmutableList<(JournalEvent Event, Durability Durability)> appended = [];

    /// <summary>True: every append that is not a closing event is refused, as by a full journal.</summary>
    public bool Full { get; set; }

    /// <summary>True: every append is refused, as by a broken disk.</summary>
    public bool Broken { get; set; }

    public IReadOnlyList<JournalEvent> Events => [.. appended.Select(a => a.Event)];

    public IReadOnlyList<(JournalEvent Event, Durability Durability)> Appended => appended;

    public IReadOnlyList<string> Kinds => [.. Events.Select(e => e.Kind)];

    /// <summary>How the newest event of a kind was to be kept.</summary>
    public Durability DurabilityOf(string kind) => appended.Last(a => a.Event.Kind == kind).Durability;

    public ValueTask AppendAsync(JournalEvent e, Durability durability, CancellationToken cancel)
    {
        if (Broken || (Full && !ClosingEvents.Includes(e.Kind)))
            return ValueTask.FromException(new JournalUnavailableException(Broken ? "The journal is not writable." : "The journal is full."));
        ImmutableInterlocked.Update(ref appended, static (list, item) => list.Add(item), (e, durability));
        return ValueTask.CompletedTask;
    }
}
