using System.Collections.Concurrent;
using Shouldly;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Hostile;

/// <summary>Fails when an exception of a task was seen by nobody.</summary>
internal sealed class Unobserved : IAsyncDisposable
{
    private readonly ConcurrentQueue<Exception> seen = new();

    public Unobserved() => TaskScheduler.UnobservedTaskException += Note;

    private void Note(object? sender, UnobservedTaskExceptionEventArgs e) => seen.Enqueue(e.Exception);

    public ValueTask DisposeAsync()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= Note;
        seen.Select(e => e.GetBaseException().ToString()).ShouldBeEmpty();
        return ValueTask.CompletedTask;
    }
}
