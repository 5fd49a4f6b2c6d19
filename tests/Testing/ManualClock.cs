namespace Hoop.Testing;

/// <summary>A clock that a test moves. Timers fire when it passes their due time.</summary>
public sealed class ManualClock(DateTimeOffset? start = null) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset now = start ?? DateTimeOffset.Parse("2030-01-01T00:00:00Z");

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        List<ManualTimer> due;
        lock (gate)
        {
            now += by;
            due = [.. timers.Where(timer => timer.Due <= now)];
        }
        foreach (var timer in due) timer.Fire();
    }

    /// <summary>Moves on second by second until it is done: for what begins by itself, at a moment that nobody tells.</summary>
    public Task AdvanceUntilAsync(Task done) => Eventually.TrueAsync(() =>
    {
        Advance(TimeSpan.FromSeconds(1));
        return done.IsCompleted;
    }, what: "time ends it");

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period = Timeout.InfiniteTimeSpan;

        public DateTimeOffset Due { get; private set; } = DateTimeOffset.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (clock.gate)
            {
                period = newPeriod;
                clock.timers.Remove(this);
                Due = dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : clock.now + dueTime;
                if (Due != DateTimeOffset.MaxValue) clock.timers.Add(this);
            }
            return true;
        }

        public void Fire()
        {
            Change(period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period, period);
            callback(state);
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
