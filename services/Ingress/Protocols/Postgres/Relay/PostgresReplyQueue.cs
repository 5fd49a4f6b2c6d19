using System.Numerics;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>
/// The requests the server has not answered, in order. The relay never writes an answer of its own between two of the server's:
/// a refused request is replaced by one that fails, so its place in line, the skipping up to Sync and the state of the
/// transaction are all the server's own doing. Used under the session's lock.
/// </summary>
internal sealed class PostgresReplyQueue
{
    private const int Smallest = 8;

    /// <summary>A longer ring is not kept when it is empty.</summary>
    private const int LongestKept = 64;

    /// <summary>Requests on their way at a time: what a client sends beyond waits in its socket.</summary>
    private const int MostPending = 65_536;

    private readonly Action<PendingReply> skipped;
    private PendingReply[] ring = [];
    private int first;
    private TaskCompletionSource? drained;
    private TaskCompletionSource? room;
    private bool copyEnded;
    private volatile bool copyIsOpen;

    /// <param name="skipped">Called for each request that the server passes over after an error.</param>
    public PostgresReplyQueue(Action<PendingReply> skipped) => this.skipped = skipped;

    public bool IsEmpty => Count == 0;
    public int Count { get; private set; }

    /// <summary>The server reported an error for the head.</summary>
    public bool HeadFailed { get; private set; }

    /// <summary>The run that the server answers now.</summary>
    public RunningOperation? Running => Count > 0 ? ring[first].Operation : null;

    /// <summary>The same, but for requests of the gateway's own.</summary>
    public RunningOperation? Shown => Count > 0 && !ring[first].Swallow ? ring[first].Operation : null;

    /// <summary>The server passes over everything until the next Sync.</summary>
    public bool Skipping { get; private set; }

    /// <summary>The server reads copy data.</summary>
    public bool CopyingIn { get; private set; }

    /// <summary>The client has not sent the copy's end yet. May be read without the lock.</summary>
    public bool CopyIsOpen => copyIsOpen;

    /// <summary>Anything may have been run that is not answered, or its transaction ended.</summary>
    public bool HasRuns
    {
        get
        {
            for (var index = 0; index < Count; index++)
            {
                if (ring[Slot(index)].Kind is ReplyKind.Query or ReplyKind.Execute or ReplyKind.Sync or ReplyKind.FunctionCall or ReplyKind.CopyEnd) return true;
            }

            return false;
        }
    }

    /// <summary>Something of it is not answered.</summary>
    public bool Has(RunningOperation operation)
    {
        for (var index = 0; index < Count; index++)
        {
            if (ring[Slot(index)].Operation == operation) return true;
        }

        return false;
    }

    public bool TryPeek(out PendingReply head)
    {
        head = Count > 0 ? ring[first] : default;
        return Count > 0;
    }

    /// <returns>False: the server will pass over it, there will be no answer.</returns>
    public bool Enqueue(in PendingReply reply)
    {
        if (reply.Kind == ReplyKind.Sync)
        {
            // While it reads copy data the server ignores Sync, for the sake of clients that send one right after Execute.
            if (CopyingIn && !copyEnded) return false;
            Skipping = false;
        }
        else if (Skipping)
        {
            skipped(reply);
            return false;
        }
        else if (reply.Kind == ReplyKind.CopyEnd)
        {
            if (Count == 0) return false;
            copyEnded |= CopyingIn;
            copyIsOpen = false;
        }

        if (Count == ring.Length) Grow();
        ring[Slot(Count++)] = reply;
        return true;
    }

    /// <summary>The head is answered.</summary>
    public void Dequeue()
    {
        RemoveHead();
        // The end of a copy has no answer of its own.
        while (Count > 0 && ring[first].Kind == ReplyKind.CopyEnd) RemoveHead();
        Settle();
    }

    /// <summary>The head failed; its own end is still to come.</summary>
    public void MarkHeadFailed() => HeadFailed = true;

    /// <summary>The head failed: the server passes over what follows, up to Sync.</summary>
    public void FailHead()
    {
        RemoveHead();
        Skipping = true;
        while (TryPeek(out var next))
        {
            if (next.Kind == ReplyKind.Sync)
            {
                Skipping = false;
                break;
            }

            RemoveHead();
            skipped(next);
        }

        Settle();
    }

    /// <summary>The head turned out to be COPY FROM STDIN.</summary>
    public void StartCopyIn()
    {
        (CopyingIn, copyEnded) = (true, false);
        var (read, kept) = (1, 1);
        for (; read < Count && !copyEnded; read++)
        {
            if (ring[Slot(read)].Kind == ReplyKind.Sync) continue;
            copyEnded = ring[Slot(read)].Kind == ReplyKind.CopyEnd;
            ring[Slot(kept++)] = ring[Slot(read)];
        }

        Close(kept, read);
        copyIsOpen = !copyEnded;
        // Whoever waits for the queue to empty would wait for data that only the client can send.
        Complete();
    }

    public void EndCopyIn()
    {
        if (!CopyingIn) return;
        (CopyingIn, copyEnded, copyIsOpen) = (false, false, false);
        for (var index = 1; index < Count; index++)
        {
            if (ring[Slot(index)].Kind != ReplyKind.CopyEnd) continue;
            Close(index, index + 1);
            break;
        }
    }

    /// <summary>Completes when every request so far is answered, or the server began to read copy data.</summary>
    public Task DrainedAsync()
    {
        if (Count == 0 || CopyingIn) return Task.CompletedTask;
        return (drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>So many requests wait for their answers that the next has to wait itself; not while the server waits for the client's copy data.</summary>
    public bool IsFull => Count >= MostPending && !CopyIsOpen;

    /// <summary>Completes when there is room for more requests.</summary>
    public Task RoomAsync() =>
        IsFull ? (room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;

    /// <summary>There will be no more answers.</summary>
    public void Abandon()
    {
        while (TryPeek(out var next))
        {
            RemoveHead();
            skipped(next);
        }

        Complete();
    }

    private int Slot(int index) => (first + index) & (ring.Length - 1);

    private void RemoveHead()
    {
        ring[first] = default;
        first = Slot(1);
        Count--;
        HeadFailed = false;
    }

    /// <summary>Takes out what lies between two places, by moving what stands before it: that is little, for the head is never far.</summary>
    private void Close(int from, int to)
    {
        var gap = to - from;
        if (gap == 0) return;
        for (var index = from - 1; index >= 0; index--) ring[Slot(index + gap)] = ring[Slot(index)];
        for (var index = 0; index < gap; index++) ring[Slot(index)] = default;
        first = Slot(gap);
        Count -= gap;
    }

    private void Grow()
    {
        var larger = new PendingReply[Math.Max(Smallest, (int)BitOperations.RoundUpToPowerOf2((uint)Count + 1))];
        for (var index = 0; index < Count; index++) larger[index] = ring[Slot(index)];
        (ring, first) = (larger, 0);
    }

    private void Settle()
    {
        if (Count == 0) Complete();
        else if (room is not null && Count <= MostPending / 2) MakeRoom();
    }

    private void MakeRoom()
    {
        room?.TrySetResult();
        room = null;
    }

    private void Complete()
    {
        MakeRoom();
        if (Count == 0 && ring.Length > LongestKept) (ring, first) = ([], 0);
        drained?.TrySetResult();
        drained = null;
    }
}
