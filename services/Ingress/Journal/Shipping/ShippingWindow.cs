using Hoop.Ingress.Journal.Segments;

namespace Hoop.Ingress.Journal.Shipping;

/// <summary>Batches sent and not yet confirmed, in order. What is confirmed from the front on is done; its segments may go.</summary>
internal sealed class ShippingWindow(FileJournal journal, int size)
{
    private readonly Queue<Batch> inFlight = new();

    public bool HasRoom => inFlight.Count < size;
    public bool IsEmpty => inFlight.Count == 0;
    public IReadOnlyCollection<Batch> Unconfirmed => inFlight;

    public void Add(Batch batch) => inFlight.Enqueue(batch);

    /// <summary>True when a batch of this window was confirmed.</summary>
    public bool Confirm(Guid batchId)
    {
        var batch = inFlight.FirstOrDefault(b => b.Message.BatchId == batchId);
        if (batch is null)
            return false;
        batch.Confirmed = true;
        while (inFlight.TryPeek(out var first) && first.Confirmed)
            first.Segment.Confirmed = inFlight.Dequeue().End;
        return true;
    }

    public void DeleteDoneSegments()
    {
        foreach (var segment in journal.Segments().TakeWhile(Done))
        {
            if (!journal.TryDelete(segment))
                return;
        }
    }

    private static bool Done(Segment segment) => segment.Sealed && segment.Confirmed >= segment.Written;
}
