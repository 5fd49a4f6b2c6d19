using Hoop.Approval.Sessions;

namespace Hoop.Approval.Portal.Parts;

/// <summary>A recording while somebody watches it: a window of its events that moves along, and the place in it.</summary>
internal sealed class Replay(Func<long, int, Task<AuditAnswer<Timeline>>> ask)
{
    /// <summary>Events asked for at a time, and before the one that a link names.</summary>
    private const int Stretch = 200;
    private const int Before = 20;

    /// <summary>Events kept on the page: a recording may have any number.</summary>
    private const int Kept = 600;
    private const int RiskyStretch = 2000;

    private readonly List<TimelineItem> _items = [];

    public IReadOnlyList<TimelineItem> Items => _items;

    public SessionSummary? Session { get; private set; }

    /// <summary>Why there is nothing, or nothing more.</summary>
    public string? Problem { get; private set; }

    /// <summary>There are later events.</summary>
    public bool More { get; private set; }

    /// <summary>Earlier events were left out.</summary>
    public bool Earlier => _items.Count > 0 && _items[0].Sequence > 0;

    /// <summary>Index of the event that is shown as the present one.</summary>
    public int At { get; private set; }

    public TimelineItem? Current => At < _items.Count ? _items[At] : null;

    public bool AtEnd => !More && At >= _items.Count - 1;

    public TimeSpan Elapsed => Since(At);

    /// <summary>From the session's start.</summary>
    public TimeSpan Since(int index) =>
        index < _items.Count && _items[index].At is { } at && (Session?.StartedAt ?? _items[0].At) is { } start && at > start ? at - start : TimeSpan.Zero;

    /// <param name="sequence">The event to begin at; null: the first.</param>
    public async Task OpenAsync(long? sequence)
    {
        await LoadAsync(sequence is { } wanted ? Math.Max(-1, wanted - Before - 1) : -1);
        if (sequence is { } place) At = Math.Max(0, _items.FindIndex(item => item.Sequence >= place));
    }

    /// <summary>Goes to the next event; the time between the two, or null at the end.</summary>
    public async Task<TimeSpan?> NextAsync()
    {
        if (At >= _items.Count - 1 && !await LaterAsync()) return null;
        if (At >= _items.Count - 1) return null;
        var before = Current?.At;
        At++;
        return before is { } from && Current?.At is { } to && to > from ? to - from : TimeSpan.Zero;
    }

    /// <summary>Goes to the next event worth a look; false: there is none.</summary>
    public async Task<bool> NextRiskyAsync()
    {
        var found = _items.FindIndex(Math.Min(At + 1, _items.Count), item => item.Risky);
        if (found >= 0)
        {
            At = found;
            return true;
        }
        for (var (after, more) = (_items.Count > 0 ? _items[^1].Sequence : -1, More); more;)
        {
            if ((await ask(after, RiskyStretch)).Value is not { Items.Count: > 0 } stretch) return false;
            if (stretch.Items.FirstOrDefault(item => item.Risky) is { } risky)
            {
                await OpenAsync(risky.Sequence);
                return true;
            }
            (after, more) = (stretch.Items[^1].Sequence, stretch.More);
        }
        return false;
    }

    public void GoTo(int index) => At = Math.Clamp(index, 0, Math.Max(0, _items.Count - 1));

    public void GoToEnd() => GoTo(_items.Count - 1);

    public void Rewind() => GoTo(0);

    /// <summary>False: nothing came.</summary>
    public async Task<bool> LaterAsync()
    {
        var last = _items.Count > 0 ? _items[^1].Sequence : -1;
        var answer = await ask(last, Stretch);
        if (!Take(answer)) return false;
        var later = answer.Value!.Items.Where(item => item.Sequence > last).ToList();
        _items.AddRange(later);
        var dropped = Math.Max(0, _items.Count - Kept);
        _items.RemoveRange(0, dropped);
        At = Math.Max(0, At - dropped);
        return later.Count > 0;
    }

    /// <summary>An event that just happened.</summary>
    public void Add(TimelineItem item)
    {
        if (_items.Count > 0 && item.Sequence <= _items[^1].Sequence) return;
        _items.Add(item);
        if (_items.Count > Kept) _items.RemoveAt(0);
        GoToEnd();
    }

    public async Task EarlierAsync()
    {
        if (!Earlier) return;
        var (first, more) = (_items[0].Sequence, More);
        var from = Math.Max(-1, first - Stretch - 1);
        var answer = await ask(from, (int)(first - from - 1));
        if (!Take(answer)) return;
        var earlier = answer.Value!.Items.Where(item => item.Sequence < first).ToList();
        _items.InsertRange(0, earlier);
        At += earlier.Count;
        More = more;
        if (_items.Count <= Kept) return;
        // What fell off at the end is asked for again when it is wanted.
        _items.RemoveRange(Kept, _items.Count - Kept);
        At = Math.Min(At, _items.Count - 1);
        More = true;
    }

    private async Task LoadAsync(long after)
    {
        var answer = await ask(after, Stretch);
        if (!Take(answer)) return;
        _items.Clear();
        _items.AddRange(answer.Value!.Items);
        At = 0;
    }

    private bool Take(AuditAnswer<Timeline> answer)
    {
        Problem = answer.Problem;
        if (answer.Value is not { } timeline) return false;
        Session = timeline.Session ?? Session;
        More = timeline.More;
        return true;
    }
}
