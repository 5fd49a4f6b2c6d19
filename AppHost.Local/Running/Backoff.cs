namespace Hoop.AppHost.Local.Running;

/// <summary>Half a second, doubled at every failure up to half a minute; forgotten after a while of health.</summary>
sealed class Backoff
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(0.5), Longest = TimeSpan.FromSeconds(30), ForgottenAfter = TimeSpan.FromSeconds(10);

    int _failures;

    public TimeSpan Next(TimeSpan healthyFor)
    {
        if (healthyFor >= ForgottenAfter)
            _failures = 0;
        var delay = First * Math.Pow(2, Math.Min(_failures++, 10));
        return delay < Longest ? delay : Longest;
    }
}
