namespace Hoop.ServiceDefaults.Auditing;

/// <summary>How many refusals of one caller are recorded in a minute, and of all together: the rest is counted. Thread-safe.</summary>
internal sealed class RefusalLimit(TimeProvider clock)
{
    private const int PerCaller = 60;
    private const int Altogether = 1000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> seen = [];
    private long minute;
    private int recorded;
    private long suppressed;

    /// <param name="dropped">How many were not recorded since the last that was.</param>
    public bool Allows(string caller, out long dropped)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
            if (now != minute)
            {
                (minute, recorded) = (now, 0);
                seen.Clear();
            }

            dropped = 0;
            var count = seen.GetValueOrDefault(caller);
            if (recorded >= Altogether || count >= PerCaller)
            {
                suppressed++;
                return false;
            }

            (seen[caller], recorded) = (count + 1, recorded + 1);
            (dropped, suppressed) = (suppressed, 0);
            return true;
        }
    }
}
