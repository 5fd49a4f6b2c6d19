namespace Hoop.Ingress.Journal.Segments;

/// <summary>
/// Brings writes to the disk, many at a time: whoever waits while a sync runs shares the next one. A thread of its own, because
/// a sync blocks, and the pool's few threads belong to connections.
/// </summary>
internal sealed class GroupCommit : IDisposable
{
    private readonly Lock gate = new();
    private readonly AutoResetEvent dirty = new(false);
    private readonly AutoResetEvent urgent = new(false);
    private readonly TimeSpan interval;
    private readonly Action sync;
    private readonly Thread thread;
    private TaskCompletionSource? waiting;
    private bool finished;
    private volatile bool isDirty;
    private volatile bool stopping;

    /// <param name="interval">How long a write may stay unsynced when nobody waits for it.</param>
    /// <param name="sync">Syncs whatever was written before the call; an exception fails those who wait.</param>
    public GroupCommit(TimeSpan interval, Action sync)
    {
        (this.interval, this.sync) = (interval, sync);
        thread = new Thread(Run) { Name = "journal sync", IsBackground = true };
        thread.Start();
    }

    /// <summary>Something was written: it is synced within the interval.</summary>
    public void Written()
    {
        // Read without the lock: a sync that begins after this read sees the write that came before it.
        if (isDirty)
            return;
        isDirty = true;
        dirty.Set();
    }

    /// <summary>Completes when everything written before the call is on the disk.</summary>
    public Task SyncedAsync()
    {
        TaskCompletionSource commit;
        lock (gate)
        {
            if (waiting is not null)
                return waiting.Task;
            if (finished)
                return Task.FromException(new IOException("it is closed: the gateway is stopping"));
            waiting = commit = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            isDirty = true;
        }

        urgent.Set();
        dirty.Set();
        return commit.Task;
    }

    /// <summary>Syncs what is left and stops.</summary>
    public void Dispose()
    {
        stopping = true;
        urgent.Set();
        dirty.Set();
        if (Thread.CurrentThread != thread)
            thread.Join();
    }

    private void Run()
    {
        while (!stopping)
        {
            dirty.WaitOne();
            urgent.WaitOne(interval);
            SyncOnce(last: false);
        }

        SyncOnce(last: true);
    }

    private void SyncOnce(bool last)
    {
        TaskCompletionSource? commit;
        lock (gate)
        {
            (commit, waiting, isDirty, finished) = (waiting, null, false, last);
        }

        try
        {
            sync();
            commit?.SetResult();
        }
        catch (Exception e)
        {
            // The journal has already noted that it is broken; this thread must outlive it to fail those who still wait.
            commit?.SetException(e);
        }
    }
}
