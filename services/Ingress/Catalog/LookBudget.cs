namespace Hoop.Ingress.Catalog;

/// <summary>
/// How often a target may be loaded for names that nobody knows: a few times in a row, and then as seldom as keeps it from being busy with it,
/// whoever makes names up. Not for several threads at once.
/// </summary>
internal sealed class LookBudget(TimeProvider time)
{
    public const int Burst = 4;

    /// <summary>The shortest time in which one look comes back.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>A load that takes long comes back in so many times its own length.</summary>
    private const int Rest = 10;

    private TimeSpan _interval = Interval;
    private double _left = Burst;
    private long _countedAt = time.GetTimestamp();

    public bool TryTake()
    {
        var now = time.GetTimestamp();
        _left = Math.Min(Burst, _left + time.GetElapsedTime(_countedAt, now) / _interval);
        _countedAt = now;
        if (_left < 1) return false;
        _left--;
        return true;
    }

    public void Took(TimeSpan load) => _interval = Rest * load > Interval ? Rest * load : Interval;
}
