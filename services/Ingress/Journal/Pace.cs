namespace Hoop.Ingress.Journal;

/// <summary>
/// Back-pressure: when statements bring more than Audit takes and it is <see cref="JournalOptions.MaxLagBytes"/> behind, each statement waits,
/// the longer the more it takes to stop the lag from growing. While Audit takes nothing at all nobody waits: for that the journal has its space.
/// </summary>
internal sealed class Pace(JournalOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>At least this long between two looks: confirmations come by the batch.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Shortest = TimeSpan.FromMicroseconds(20);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private long wait;
    private long lag;
    private long? looked;
    private long? warned;

    /// <summary>How long each statement is to wait; any thread may ask.</summary>
    public TimeSpan Wait => new(Volatile.Read(ref wait));

    /// <summary>By one thread, as often as it likes.</summary>
    /// <param name="backlog">Bytes that Audit has not confirmed.</param>
    /// <param name="taken">Audit confirms what it is sent.</param>
    public void Look(long backlog, bool taken)
    {
        if (looked is { } before && time.GetElapsedTime(before) < Interval)
            return;
        looked = time.GetTimestamp();
        var next = taken ? Next(backlog) : TimeSpan.Zero;
        lag = backlog;
        if (next > TimeSpan.Zero && Wait == TimeSpan.Zero)
            Warn(backlog);
        Volatile.Write(ref wait, next.Ticks);
    }

    /// <summary>Longer while the lag is too large and grows, shorter when less than half is left of it, nothing below a quarter; between, it may stay.</summary>
    private TimeSpan Next(long backlog)
    {
        if (backlog > options.MaxLagBytes && backlog > lag)
            return TimeSpan.FromTicks(Math.Clamp(Wait.Ticks * 2, Shortest.Ticks, Longest.Ticks));
        if (backlog >= options.MaxLagBytes / 2)
            return Wait;
        var shorter = Wait * 2 / 3;
        return backlog < options.MaxLagBytes / 4 || shorter < Shortest ? TimeSpan.Zero : shorter;
    }

    private void Warn(long backlog)
    {
        if (warned is { } before && time.GetElapsedTime(before) < BetweenWarnings)
            return;
        warned = time.GetTimestamp();
        logger.StatementsWaitForAudit(backlog);
    }
}
