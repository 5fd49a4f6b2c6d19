namespace Hoop.Ingress.Catalog;

/// <summary>
/// How often a target may be loaded for names that nobody knows: a few times in a row for each principal, and then as seldom as keeps it from being busy with it,
/// whoever makes names up. What comes back is shared by those who looked lately, and the last one is kept for who did not. Not for several threads at once.
/// </summary>
internal sealed class LookBudget(TimeProvider time)
{
    /// <summary>In a row, for one principal.</summary>
    public const int Burst = 4;

    /// <summary>The same for all together.</summary>
    public const int BurstOfAll = 2 * Burst;

    /// <summary>The shortest time in which one look comes back.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>A load that takes long comes back in so many times its own length.</summary>
    private const int Rest = 10;

    /// <summary>What those have left who looked lately.</summary>
    private readonly Dictionary<string, double> _own = [];
    private TimeSpan _interval = Interval;
    private double _left = BurstOfAll;
    private long _countedAt = time.GetTimestamp();

    public bool TryTake(string principal)
    {
        GiveBack();
        var own = _own.GetValueOrDefault(principal, Burst);
        if (own < 1 || _left < (own < Burst ? 2 : 1)) return false;
        _own[principal] = own - 1;
        _left--;
        return true;
    }

    public void Took(TimeSpan load) => _interval = Rest * load > Interval ? Rest * load : Interval;

    private void GiveBack()
    {
        var now = time.GetTimestamp();
        var back = time.GetElapsedTime(_countedAt, now) / _interval;
        _countedAt = now;
        _left = Math.Min(BurstOfAll, _left + back);
        var share = back / Math.Max(1, _own.Count);
        foreach (var (principal, own) in _own.ToArray())
            if (own + share < Burst) _own[principal] = own + share;
            else _own.Remove(principal);
    }
}
