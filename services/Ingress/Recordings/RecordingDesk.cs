using System.Collections.Concurrent;
using Hoop.Ingress.Journal;

namespace Hoop.Ingress.Recordings;

/// <summary>
/// Turns recorded rows into compressed chunks and journals them, away from the threads that relay: one worker, which sleeps while there
/// is nothing to do. What waits is bounded; over the bound results are cut, and nobody waits.
/// </summary>
public sealed class RecordingDesk(RecordingOptions options, ILogger<RecordingDesk> logger)
{
    private readonly ConcurrentQueue<RecordedBlock> waiting = new();
    private long pending;
    private int running;

    /// <summary>Of one result, before compression.</summary>
    internal long MostBytes => options.MaxBytesPerResult;

    /// <summary>False: too much waits already; the block is still the caller's.</summary>
    internal bool TrySubmit(RecordedBlock block)
    {
        if (Volatile.Read(ref pending) > options.MaxPendingBytes) return false;
        Submit(block);
        return true;
    }

    /// <summary>A result's last block, of which there is one a result.</summary>
    internal void Submit(RecordedBlock block)
    {
        Interlocked.Add(ref pending, block.Length);
        block.Recording.Session.Begin();
        waiting.Enqueue(block);
        if (Interlocked.Exchange(ref running, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(static desk => desk.Work(), this, preferLocal: false);
    }

    private void Work()
    {
        do
        {
            while (waiting.TryDequeue(out var block)) Store(block);
            Volatile.Write(ref running, 0);
        }
        while (!waiting.IsEmpty && Interlocked.Exchange(ref running, 1) == 0);
    }

    private void Store(RecordedBlock block)
    {
        var session = block.Recording.Session;
        try
        {
            session.Store(block);
        }
        catch (JournalUnavailableException e)
        {
            // Nothing new is permitted while the journal takes nothing; what already ran goes on without its rows.
            logger.RowsNotRecorded(session.Id, block.Recording.Operation, e.Message);
        }
        catch (Exception e)
        {
            logger.RecordingFailed(e, session.Id, block.Recording.Operation);
        }
        finally
        {
            Interlocked.Add(ref pending, -block.Length);
            block.Dispose();
            session.Finish();
        }
    }
}

/// <summary>Section <c>Hoop:Recording</c>.</summary>
public sealed class RecordingOptions
{
    /// <summary>Rows of one result, before compression.</summary>
    public long MaxBytesPerResult { get; init; } = 64L << 20;

    /// <summary>Rows of all sessions that wait to be compressed and journalled.</summary>
    public long MaxPendingBytes { get; init; } = 64L << 20;

    public static RecordingOptions From(IConfiguration configuration) => new()
    {
        MaxBytesPerResult = configuration.GetValue("Hoop:Recording:MaxBytesPerResult", 64L << 20),
        MaxPendingBytes = configuration.GetValue("Hoop:Recording:MaxPendingBytes", 64L << 20),
    };
}

internal static partial class RecordingLog
{
    [LoggerMessage(2401, LogLevel.Error, "Session {Session}: rows of operation {Operation} are not in its recording: {Error}")]
    internal static partial void RowsNotRecorded(this ILogger logger, string session, long operation, string error);

    [LoggerMessage(2402, LogLevel.Error, "Session {Session}: rows of operation {Operation} could not be recorded")]
    internal static partial void RecordingFailed(this ILogger logger, Exception error, string session, long operation);
}
