using System.Collections.Immutable;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal;

namespace Hoop.Ingress.Tests.Journal;

/// <summary>A journal in memory, for tests of what writes to one.</summary>
public sealed class MemoryJournal : IJournal
{
    private ImmutableList<(JournalEvent Event, Durability Durability)> appended = [];

    private int syncs;

    /// <summary>True: every append that is not a closing event is refused, as by a full journal.</summary>
    public bool Full { get; set; }

    /// <summary>True: every append is refused, as by a broken disk.</summary>
    public bool Broken { get; set; }

    public TimeSpan Wait { get; set; }

    /// <summary>What a sync takes.</summary>
    public Func<Task> Disk { get; set; } = () => Task.CompletedTask;

    public IReadOnlyList<JournalEvent> Events => [.. appended.Select(a => a.Event)];

    public IReadOnlyList<(JournalEvent Event, Durability Durability)> Appended => appended;

    /// <summary>Drops what was appended so far.</summary>
    public void Forget() => appended = [];

    public IReadOnlyList<string> Kinds => [.. Events.Select(e => e.Kind)];

    /// <summary>How the newest event of a kind was to be kept.</summary>
    public Durability DurabilityOf(string kind) => appended.Last(a => a.Event.Kind == kind).Durability;

    public long Append(in ChainedEvent e)
    {
        if (Broken || (Full && !ClosingEvents.Includes(e.Kind)))
            throw new JournalUnavailableException(Broken ? "The journal is not writable." : "The journal is full.");
        var made = e.ToEvent();
        ImmutableInterlocked.Update(ref appended, static (list, item) => list.Add(item), (made, Durability.Written));
        return appended.FindLastIndex(a => a.Event == made) + 1;
    }

    /// <summary>How often somebody had to wait for the disk.</summary>
    public int Syncs => syncs;

    public ValueTask DurableAsync(long place, CancellationToken cancel)
    {
        if (appended.Take((int)place).All(a => a.Durability == Durability.Synced)) return default;
        Interlocked.Increment(ref syncs);
        ImmutableInterlocked.Update(ref appended, static (list, place) => [.. list.Select((a, i) => i < place ? (a.Event, Durability.Synced) : a)], place);
        return new ValueTask(Disk().WaitAsync(cancel));
    }
}
