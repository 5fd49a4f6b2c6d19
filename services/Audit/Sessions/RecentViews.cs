using System.Collections.Concurrent;
using Hoop.Contracts.Identity;

namespace Hoop.Audit.Sessions;

/// <summary>A page that stays open asks again and again: one view is recorded once in five minutes, not once a second.</summary>
internal sealed class RecentViews(TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(string Viewer, string Session), DateTimeOffset> seen = new();

    public bool IsNew(Principal viewer, string session) =>
        !seen.TryGetValue((viewer.Id, session), out var at) || clock.GetUtcNow() - at >= Window;

    /// <summary>After it was recorded.</summary>
    public void Note(Principal viewer, string session)
    {
        var now = clock.GetUtcNow();
        seen[(viewer.Id, session)] = now;
        foreach (var (key, at) in seen)
        {
            if (now - at >= Window)
                seen.TryRemove(key, out _);
        }
    }
}
