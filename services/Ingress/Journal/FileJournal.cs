using System.Buffers;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal.Segments;

namespace Hoop.Ingress.Journal;

/// <summary>
/// The journal in append-only segment files. An append writes into the page cache on the caller's thread (about a microsecond, no
/// hop, nothing allocated), so whether it was taken is known before the call returns; only <see cref="Durability.Synced"/> waits.
/// </summary>
internal sealed class FileJournal : IJournal, IDisposable
{
    private readonly Lock gate = new();
    private readonly JournalOptions options;
    private readonly ILogger logger;
    private readonly FileStream owner;
    private readonly SessionHeads heads;
    private readonly SegmentStore store;
    private readonly GroupCommit commits;
    private readonly SemaphoreSlim changed = new(0, 1);
    private readonly JournalMetrics metrics;
    private Exception? broken;
    private bool refusing;
    private bool disposed;

    private FileJournal(JournalOptions options, FileStream owner, JournalRecovery recovered, TimeProvider time, ILogger logger)
    {
        (this.options, this.owner, this.logger, heads) = (options, owner, logger, recovered.Heads);
        store = new SegmentStore(options, heads, recovered.Segments, time);
        commits = new GroupCommit(options.SyncInterval, Sync);
        metrics = new JournalMetrics(this);
    }

    /// <summary>Released after each sync: there may be more to ship.</summary>
    public SemaphoreSlim Changed => changed;

    /// <summary>Bytes whose events Audit has not confirmed yet.</summary>
    public long BacklogBytes
    {
        get
        {
            lock (gate)
                return store.Segments.Sum(s => s.Written - Math.Min(s.Confirmed, s.Written));
        }
    }

    /// <summary>Why events are refused; null while they are taken.</summary>
    public string? Trouble
    {
        get
        {
            lock (gate)
                return Refusal(0, closing: false);
        }
    }

    /// <summary>Recovers what an earlier run left, ends the sessions that it left open, and is ready for more.</summary>
    /// <exception cref="IOException">The directory is not usable, or another process uses it.</exception>
    public static FileJournal Open(JournalOptions options, TimeProvider time, ILogger logger)
    {
        Directory.CreateDirectory(options.Directory);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(options.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var owner = Own(options.Directory);
        var recovery = new JournalRecovery(options.Directory, logger);
        recovery.Run();
        var journal = new FileJournal(options, owner, recovery, time, logger);
        journal.Begin(time);
        return journal;
    }

    public ValueTask AppendAsync(JournalEvent e, Durability durability, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested)
            return ValueTask.FromCanceled(cancel);
        var record = ArrayPool<byte>.Shared.Rent(JournalRecord.MaxLength(e));
        try
        {
            var length = JournalRecord.Write(e, record);
            if (Append(e, record.AsSpan(0, length)) is { } refusal)
                return ValueTask.FromException(refusal);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(record);
        }

        if (durability == Durability.Synced)
            return WaitAsync(commits.SyncedAsync(), cancel);
        commits.Written();
        return ValueTask.CompletedTask;
    }

    /// <summary>The segments, oldest first, for the shipper.</summary>
    public IReadOnlyList<Segment> Segments()
    {
        lock (gate)
            return [.. store.Segments];
    }

    /// <summary>Deletes a segment whose events Audit has, if nothing is needed of it: the next one must have the open sessions' heads on the disk.</summary>
    public bool TryDelete(Segment segment)
    {
        lock (gate)
        {
            var next = store.Segments.FirstOrDefault(s => s.Number > segment.Number);
            if (!segment.Sealed || segment.Confirmed < segment.Written || segment.Synced < segment.Written || next is null || next.Synced <= Segment.HeaderLength)
                return false;
            store.Delete(segment);
            return true;
        }
    }

    /// <summary>Releases <see cref="Changed"/>, once however often it is called before somebody waits.</summary>
    public void Wake()
    {
        lock (changed)
        {
            if (changed.CurrentCount == 0)
                changed.Release();
        }
    }

    public void Dispose()
    {
        if (disposed)
            return;
        lock (gate)
            disposed = true;
        commits.Dispose();
        metrics.Dispose();
        store.Dispose();
        owner.Dispose();
    }

    private static FileStream Own(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"The journal in {directory} is in use by another Ingress: give each its own Hoop__DataDirectory.", e);
        }
    }

    private void Begin(TimeProvider time)
    {
        store.Open();
        foreach (var (session, next, hash) in heads.All)
        {
            var end = new SessionChain(session, next, hash).Append(EventKinds.SessionEnded, """{"cause":"crash"}""", time.GetUtcNow());
            var record = new byte[JournalRecord.MaxLength(end)];
            store.Append(record.AsSpan(0, JournalRecord.Write(end, record)), closing: true);
            heads.Advance(end);
            logger.SessionEndedByCrash(session);
        }

        commits.Written();
    }

    private JournalUnavailableException? Append(JournalEvent e, ReadOnlySpan<byte> record)
    {
        var closing = ClosingEvents.Includes(e.Kind);
        lock (gate)
        {
            if (Refusal(record.Length, closing) is { } why)
                return Refuse(why, null);
            if (record.Length > JournalRecord.MaxBody)
                return new JournalUnavailableException($"The event is larger than {JournalRecord.MaxBody} bytes and can not be recorded.");
            if (!heads.IsNext(e))
                return new JournalUnavailableException($"Event {e.Sequence} does not follow the last event of session {e.SessionId}: the session can not go on.");
            try
            {
                store.Append(record, closing);
                heads.Advance(e);
                if (refusing && !closing)
                {
                    refusing = false;
                    logger.TakesEventsAgain();
                }

                return null;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return Refuse($"The journal can not be written ({error.Message})", error);
            }
        }
    }

    private string? Refusal(long length, bool closing)
    {
        if (disposed)
            return "The journal is closed: the gateway is stopping";
        if (broken is not null)
            return $"The journal's disk failed ({broken.Message}): the gateway must be restarted on a sound disk";
        var limit = closing ? options.MaxBytes : options.MaxBytes - options.ReserveBytes;
        return store.TotalBytes + length > limit
            ? $"The journal is full ({store.TotalBytes} of {options.MaxBytes} bytes): Audit must catch up, or Hoop:Journal:MaxBytes be raised"
            : null;
    }

    private JournalUnavailableException Refuse(string why, Exception? inner)
    {
        if (!refusing)
            logger.RefusesEvents(why);
        refusing = true;
        return new JournalUnavailableException(why + ".", inner);
    }

    private static async ValueTask WaitAsync(Task commit, CancellationToken cancel)
    {
        try
        {
            await commit.WaitAsync(cancel);
        }
        catch (IOException e)
        {
            throw new JournalUnavailableException($"The journal's disk failed ({e.Message}).", e);
        }
    }

    /// <summary>On the commit thread. A failed sync is final: what the disk then holds is not known (the kernel may have dropped the pages).</summary>
    private void Sync()
    {
        try
        {
            bool directoryChanged;
            List<(Segment Segment, long UpTo)> unsynced;
            lock (gate)
            {
                if (broken is not null)
                    throw broken;
                unsynced = [.. store.Segments.Where(s => s.Synced < s.Written).Select(s => (s, s.Written))];
                (directoryChanged, store.DirectoryChanged) = (store.DirectoryChanged, false);
            }

            foreach (var (segment, _) in unsynced)
                segment.Flush();
            if (directoryChanged)
                DirectorySync.Flush(options.Directory);
            foreach (var (segment, upTo) in unsynced)
                segment.MarkSynced(upTo);
        }
        catch (Exception e)
        {
            lock (gate)
            {
                if (broken is null)
                    logger.SyncFailed(e.Message);
                broken ??= e;
            }

            throw e as IOException ?? new IOException(e.Message, e);
        }

        Wake();
    }
}
