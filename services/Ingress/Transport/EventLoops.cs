using System.Globalization;

namespace Hoop.Ingress.Transport;

/// <summary>The threads that sessions live on. A connection lives on one of them from accept to close, with whatever it opens.</summary>
internal sealed class EventLoops : IDisposable
{
    private readonly EventLoop[] loops;

    public EventLoops(int count, ILogger logger) =>
        loops = [.. Enumerable.Range(0, Math.Max(count, 1)).Select(i => new EventLoop($"sessions {(i + 1).ToString(CultureInfo.InvariantCulture)}", logger))];

    public static bool Supported => OperatingSystem.IsLinux();

    /// <summary>The one that listens.</summary>
    public EventLoop First => loops[0];

    /// <summary>The one with the fewest sessions.</summary>
    public EventLoop Next()
    {
        var best = loops[0];
        foreach (var loop in loops)
            if (loop.Sessions < best.Sessions) best = loop;
        return best;
    }

    public void Dispose()
    {
        foreach (var loop in loops) loop.Dispose();
    }
}
