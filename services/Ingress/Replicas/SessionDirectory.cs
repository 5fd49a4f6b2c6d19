using System.Collections.Concurrent;
using System.Text.Json;
using Hoop.Ingress.Sessions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Hoop.Ingress.Replicas;

/// <summary>
/// Which Ingress holds which session, for all to see: <c>hoop:session:ID</c> in Redis, with an expiry that a living Ingress renews.
/// Shared and fast, and may be lost: nothing is decided from it, and a Redis that is down stops nobody.
/// </summary>
public sealed class SessionDirectory(
    Gate gate, IConnectionMultiplexer redis, IOptions<GateOptions> options, TimeProvider clock, ILogger<SessionDirectory> logger) : BackgroundService
{
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Expiry = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, string> live = new();

    /// <summary>Sessions of this Ingress now.</summary>
    public int Count => live.Count;

    private void Add(GateSession session)
    {
        live[session.Id] = JsonSerializer.Serialize(new
        {
            id = session.Id, ingress = options.Value.IngressId, principal = session.Principal.Name, kind = session.Principal.Kind,
            target = session.Target.Name, startedAt = clock.GetUtcNow(),
        });
        Write(session.Id, live[session.Id]);
    }

    private void Remove(GateSession session)
    {
        if (live.TryRemove(session.Id, out _)) Attempt(database => database.KeyDelete(Key(session.Id), CommandFlags.FireAndForget));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        gate.Opened += Add;
        gate.Ended += Remove;
        using var timer = new PeriodicTimer(Renewal, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            foreach (var (id, entry) in live)
                Write(id, entry);
    }

    private void Write(string id, string entry) => Attempt(database => database.StringSet(Key(id), entry, Expiry, When.Always, CommandFlags.FireAndForget));

    private void Attempt(Action<IDatabase> write)
    {
        try
        {
            write(redis.GetDatabase());
        }
        catch (RedisException e)
        {
            logger.DirectoryUnavailable(e.GetType().Name);
        }
    }

    private static string Key(string id) => $"hoop:session:{id}";
}

internal static partial class SessionDirectoryLog
{
    [LoggerMessage(2301, LogLevel.Debug, "The session directory is not reachable ({Error}); sessions go on")]
    internal static partial void DirectoryUnavailable(this ILogger logger, string error);
}
