using System.Collections.Concurrent;
using System.Security.Cryptography;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres;

/// <summary>The sessions of this Ingress by what a CancelRequest must show: the server's process id and a secret of our own.</summary>
internal sealed class PostgresSessions
{
    private readonly ConcurrentDictionary<(int ProcessId, int Secret), RelaySession> sessions = new();

    public int Count => sessions.Count;

    /// <returns>The key for the client: the target's own secret stays here.</returns>
    public BackendKeyData Add(RelaySession session)
    {
        while (true)
        {
            var secret = RandomNumberGenerator.GetBytes(4);
            var processId = session.Upstream.Key?.ProcessId ?? 0;
            if (sessions.TryAdd((processId, BitConverter.ToInt32(secret)), session)) return new BackendKeyData(processId, secret);
        }
    }

    public void Remove(BackendKeyData key) => sessions.TryRemove((key.ProcessId, BitConverter.ToInt32(key.Secret)), out _);

    /// <summary>Withdraws what waits for approval, stops what is still looked at, or passes the cancel on. Never says which it was: nor would PostgreSQL.</summary>
    public async Task CancelAsync(int processId, byte[] secret, CancellationToken cancel)
    {
        if (secret.Length != 4 || !sessions.TryGetValue((processId, BitConverter.ToInt32(secret)), out var session) || session.TryCancel()) return;
        await CancelAsync(session, cancel);
    }

    /// <summary>Has the target end what the session runs; a target that does not answer is only logged.</summary>
    public static async Task CancelAsync(RelaySession session, CancellationToken cancel)
    {
        if (session.Upstream.Key is not { } key) return;
        try
        {
            await PostgresUpstream.CancelAsync(session.Services.Dialer, session.Gate.Target, key, cancel);
        }
        catch (Exception e) when (e is TargetUnavailableException or IOException or OperationCanceledException)
        {
            session.Services.Logger.CancelFailed(session.Gate.Target.Name, e.Message);
        }
    }
}
