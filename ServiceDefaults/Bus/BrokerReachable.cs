using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Hoop.ServiceDefaults;

/// <summary>
/// Before MassTransit connects, waits for a broker that is away to be there. Left to itself, each queue that finds it away waits for longer and longer, up to half a
/// minute, before it looks again: a vote would then lie in the broker, or its answer find nobody, long after the broker is back.
/// </summary>
internal sealed partial class BrokerReachable(ILogger<BrokerReachable> logger, CancellationToken stopping)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500), Between = TimeSpan.FromMinutes(1);

    /// <summary>Ends when a connection can be made, or when waiting would not help: what is wrong then, MassTransit meets itself.</summary>
    public async Task WaitAsync(ConnectionFactory factory)
    {
        long? said = null;
        while (await ProblemAsync(factory) is { } problem)
        {
            if (said is null || TimeProvider.System.GetElapsedTime(said.Value) > Between)
            {
                said = TimeProvider.System.GetTimestamp();
                LogAway(problem);
            }

            await Task.Delay(Pause, TimeProvider.System, stopping);
        }
    }

    private async Task<string?> ProblemAsync(ConnectionFactory factory)
    {
        try
        {
            await using var connection = await factory.CreateConnectionAsync(stopping);
            return null;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            return IsAway(e) ? e.InnerException?.Message ?? e.Message : null;
        }
    }

    private static bool IsAway(Exception error) => error switch
    {
        BrokerUnreachableException => !IsRefused(error),
        OperationInterruptedException or IOException or SocketException or TimeoutException or OperationCanceledException => true,
        _ => false,
    };

    /// <summary>It is there, and does not let this log-in in.</summary>
    private static bool IsRefused(Exception? error) => error is not null
        && (error is AuthenticationFailureException or PossibleAuthenticationFailureException || error is AggregateException many && many.InnerExceptions.Any(IsRefused) || IsRefused(error.InnerException));

    [LoggerMessage(1011, LogLevel.Warning, "RabbitMQ does not answer ({Error}); trying again")]
    private partial void LogAway(string error);
}
