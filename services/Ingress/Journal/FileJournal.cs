using System.Buffers;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal.Segments;

namespace Hoop.Ingress.Journal;

/// <summary>
/// The journal in append-only segment files. An append writes into the page cache on the caller's thread (about a microsecond, no
/// hop, nothing allocated), so whether it was taken is known before the call returns; only <see cref="DurableAsync"/> waits.
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
    private long appended;
    private long written;
    private long durable;
    private Exception? broken;
    private bool refusing;
    private bool disposed;

    private FileJournal(JournalOptions options, FileStream owner, JournalRecovery recovered, TimeProvider time, ILogger logger)
    {
        (this.options, this.owner, this.logger, heads) = (options, owner, logger, recovered.Heads);
        store = new SegmentStore(options, heads, recovered.Segments, time);
        commits = new GroupCommit(options.SyncInterval, Sync);
        Pace = new Pace(options, time, logger);
        metrics = new JournalMetrics(this);
    }

    /// <summary>Released after each sync: there may be more to ship.</summary>
    public SemaphoreSlim Changed => changed;

    /// <summary>For the shipper, which sees how Audit keeps up.</summary>
    public Pace Pace { get; }

    public TimeSpan Wait => Pace.Wait;

    /// <summary>Bytes of the events appended since the start.</summary>
    public long WrittenBytes => Volatile.Read(ref written);

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
                return Refusal(0, closing: false) ?? (store.IsDiskFull() ? "The journal's disk is full: free space for a segment" : null);
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

    public long Append(in ChainedEvent e)
    {
        Span<byte> head = stackalloc byte[JournalRecord.HeadLength];
        var length = head.Length + e.Bytes.Length;
        if (length > JournalRecord.MaxBody)
            throw new JournalUnavailableException($"The event is larger than {JournalRecord.MaxBody} bytes and can not be recorded.");
        JournalRecord.WriteHead(e.Bytes, head);
        var closing = ClosingEvents.Includes(e.Kind);
        long place;
        lock (gate)
        {
            if (Refusal(length, closing) is { } why)
                throw Refuse(why, null, full: broken is null && !disposed);
            if (!heads.IsNext(e))
                throw new JournalUnavailableException($"Event {e.Sequence} does not follow the last event of session {e.SessionId}: the session can not go on.");
            Store(head, e.Bytes, closing);
            heads.Advance(e);
            Volatile.Write(ref written, written + length);
            Pace.Charge(length);
            place = ++appended;
        }

        commits.Written();
        return place;
    }

    public ValueTask DurableAsync(long place, CancellationToken cancel) =>
        Volatile.Read(ref durable) >= place ? default : WaitAsync(commits.SyncedAsync());

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
        Span<byte> head = stackalloc byte[JournalRecord.HeadLength];
        var buffer = new EventBuffer();
        foreach (var (session, next, hash) in heads.All)
        {
            buffer.Begin(session, next, EventKinds.SessionEnded, time.GetUtcNow());
            buffer.Write("""{"cause":"crash"}"""u8);
            var end = buffer.End(hash);
            JournalRecord.WriteHead(end.Bytes, head);
            store.Append(head, end.Bytes, closing: true);
            heads.Advance(end);
            logger.SessionEndedByCrash(session);
        }

        commits.Written();
    }

    private void Store(ReadOnlySpan<byte> head, ReadOnlySpan<byte> bytes, bool closing)
    {
        try
        {
            store.Append(head, bytes, closing);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refuse($"The journal can not be written ({error.Message})", error);
        }

        if (!refusing || closing)
            return;
        refusing = false;
        logger.TakesEventsAgain();
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

    private JournalUnavailableException Refuse(string why, Exception? inner, bool full = false)
    {
        if (!refusing)
            logger.RefusesEvents(why);
        refusing = true;
        return new JournalUnavailableException(why + ".", inner) { Full = full };
    }

    // Not to be cancelled: the disk answers in a moment, and a wait that can be given up costs another hop between threads.
    private static async ValueTask WaitAsync(Task commit)
    {
        try
        {
            await commit;
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
            long upToPlace;
            List<(Segment Segment, long UpTo)> unsynced;
            lock (gate)
            {
                if (broken is not null)
                    throw broken;
                unsynced = [.. store.Segments.Where(s => s.Synced < s.Written).Select(s => (s, s.Written))];
                upToPlace = appended;
                (directoryChanged, store.DirectoryChanged) = (store.DirectoryChanged, false);
            }

            foreach (var (segment, _) in unsynced)
                segment.Flush();
            if (directoryChanged)
                DiskSync.Entries(options.Directory);
            foreach (var (segment, upTo) in unsynced)
                segment.MarkSynced(upTo);
            Volatile.Write(ref durable, upToPlace);
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
