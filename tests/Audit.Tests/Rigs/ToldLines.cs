using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Hoop.Audit.Tests.Rigs;

/// <summary>What was logged, line by line.</summary>
internal sealed class ToldLines<T> : ILogger<T>
{
    private readonly ConcurrentQueue<string> lines = new();

    public IReadOnlyList<string> All => [.. lines];

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
