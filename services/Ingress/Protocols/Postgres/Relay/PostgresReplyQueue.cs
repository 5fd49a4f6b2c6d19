namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>
/// The requests the server has not answered, in order. The relay never writes an answer of its own between two of the server's:
/// a refused request is replaced by one that fails, so its place in line, the skipping up to Sync and the state of the
/// transaction are all the server's own doing. Used under the session's lock.
/// </summary>
internal sealed class PostgresReplyQueue
{
    private readonly LinkedList<PendingReply> pending = new();
    private readonly Action<PendingReply> skipped;
    private TaskCompletionSource? drained;
    private bool copyEnded;

    /// <param name="skipped">Called for each request that the server passes over after an error.</param>
    public PostgresReplyQueue(Action<PendingReply> skipped) => this.skipped = skipped;

    public PendingReply? Head => pending.First?.Value;
    public bool IsEmpty => pending.Count == 0;
    public int Count => pending.Count;

    /// <summary>The server passes over everything until the next Sync.</summary>
    public bool Skipping { get; private set; }

    /// <summary>The server reads copy data.</summary>
    public bool CopyingIn { get; private set; }

    /// <summary>The client has not sent the copy's end yet.</summary>
    public bool CopyIsOpen => CopyingIn && !copyEnded;

    /// <returns>False: the server will pass over it, there will be no answer.</returns>
    public bool Enqueue(PendingReply reply)
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
            if (pending.Count == 0) return false;
            copyEnded |= CopyingIn;
        }

        pending.AddLast(reply);
        return true;
    }

    /// <summary>The head is answered.</summary>
    public void Dequeue()
    {
        pending.RemoveFirst();
        // The end of a copy has no answer of its own.
        while (Head is { Kind: ReplyKind.CopyEnd }) pending.RemoveFirst();
        Settle();
    }

    /// <summary>The head failed: the server passes over what follows, up to Sync.</summary>
    public void FailHead()
    {
        pending.RemoveFirst();
        Skipping = true;
        while (Head is { } next)
        {
            if (next.Kind == ReplyKind.Sync)
            {
                Skipping = false;
                break;
            }

            pending.RemoveFirst();
            skipped(next);
        }

        Settle();
    }

    /// <summary>The head turned out to be COPY FROM STDIN.</summary>
    public void StartCopyIn()
    {
        (CopyingIn, copyEnded) = (true, false);
        for (var node = pending.First!.Next; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Kind == ReplyKind.CopyEnd)
            {
                copyEnded = true;
                break;
            }

            if (node.Value.Kind == ReplyKind.Sync) pending.Remove(node);
            node = next;
        }

        // Whoever waits for the queue to empty would wait for data that only the client can send.
        Complete();
    }

    public void EndCopyIn()
    {
        if (!CopyingIn) return;
        (CopyingIn, copyEnded) = (false, false);
        for (var node = pending.First?.Next; node is not null; node = node.Next)
        {
            if (node.Value.Kind != ReplyKind.CopyEnd) continue;
            pending.Remove(node);
            break;
        }
    }

    /// <summary>Completes when every request so far is answered, or the server began to read copy data.</summary>
    public Task DrainedAsync()
    {
        if (pending.Count == 0 || CopyingIn) return Task.CompletedTask;
        return (drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>There will be no more answers.</summary>
    public void Abandon()
    {
        while (Head is { } next)
        {
            pending.RemoveFirst();
            skipped(next);
        }

        Complete();
    }

    private void Settle()
    {
        if (pending.Count == 0) Complete();
    }

    private void Complete()
    {
        drained?.TrySetResult();
        drained = null;
    }
}
