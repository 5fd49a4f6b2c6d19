namespace Hoop.Ingress.Journal;

/// <summary>
/// Back-pressure: when statements bring more than Audit takes and it is <see cref="JournalOptions.MaxLagBytes"/> behind, they go at the pace at which
/// it takes them: each event moves on the moment from which the next statement may run. While Audit takes nothing at all nobody waits: for that the
/// journal has its space.
/// </summary>
internal sealed class Pace(JournalOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>At least this long between two looks: confirmations come by the batch.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>No statement waits longer; what could not be waited for is forgotten.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>What is too short for a timer is waited for with the next.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>How far back the speed of Audit is looked at.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    /// <summary>Statements may bring so many times what Audit takes: five times at three quarters of the lag, as much at all of it, and three quarters beyond, so that it catches up.</summary>
    private const double Most = 5, Least = 0.75, Slope = 16;

    private long? looked;
    private long? warned;
    private long confirmed;
    private long lag;
    private TimeSpan busy;
    private double taken;

    private double perByte;
    private long due;

    /// <summary>How long a statement is to wait that comes now; any thread may ask.</summary>
    public TimeSpan Wait
    {
        get
        {
            if (Volatile.Read(ref perByte) == 0)
                return TimeSpan.Zero;
            var wait = time.GetElapsedTime(time.GetTimestamp(), Volatile.Read(ref due));
            return wait < Shortest ? TimeSpan.Zero : wait;
        }
    }

    /// <summary>An event was appended. One at a time: under the journal's lock.</summary>
    public void Charge(int bytes)
    {
        var cost = bytes * Volatile.Read(ref perByte);
        if (cost == 0)
            return;
        var now = time.GetTimestamp();
        var next = Math.Max(due, now) + cost;
        Volatile.Write(ref due, (long)Math.Min(next, now + (Longest.TotalSeconds * time.TimestampFrequency)));
    }

    /// <summary>By one thread, as often as it likes.</summary>
    /// <param name="written">Bytes appended since the start.</param>
    /// <param name="backlog">Bytes that Audit has not confirmed.</param>
    /// <param name="takes">Audit confirms what it is sent.</param>
    public void Look(long written, long backlog, bool takes)
    {
        var now = time.GetTimestamp();
        var passed = looked is { } before ? time.GetElapsedTime(before, now) : Interval;
        if (passed < Interval)
            return;
        Learn(written - backlog, passed, takes);
        (looked, lag) = (now, backlog);
        var share = Math.Clamp(1 + (Slope * (options.MaxLagBytes - backlog) / options.MaxLagBytes), Least, Most);
        var next = share < Most && taken > 0 ? time.TimestampFrequency / (taken * share) : 0;
        if (next > 0 && perByte == 0)
            Warn(backlog);
        Volatile.Write(ref perByte, next);
    }

    /// <summary>Bytes a second that Audit takes, from when it has enough to do: the mean at first, then of the last seconds above all.</summary>
    private void Learn(long nowConfirmed, TimeSpan passed, bool takes)
    {
        var more = nowConfirmed - confirmed;
        confirmed = nowConfirmed;
        if (!takes || lag < options.MaxLagBytes / 8)
        {
            (busy, taken) = (TimeSpan.Zero, 0);
            return;
        }

        busy = busy + passed < Memory ? busy + passed : Memory;
        taken += ((more / passed.TotalSeconds) - taken) * Math.Min(passed / busy, 1);
    }

    private void Warn(long backlog)
    {
        if (warned is { } before && time.GetElapsedTime(before) < BetweenWarnings)
            return;
        warned = time.GetTimestamp();
        logger.StatementsWaitForAudit(backlog);
    }
}
