using System.Collections.Concurrent;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;
using Hoop.Ingress.Approvals;
using Hoop.Ingress.Approvals.Grants;
using Hoop.Ingress.Journal;
using Hoop.Ingress.Recordings;
using Hoop.Ingress.Snapshots;
using Hoop.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Sessions;

/// <summary>The one decision point, used by every protocol: authenticate → open → ask per operation → complete → end.</summary>
public sealed class Gate(
    SnapshotStore snapshots, TokenValidator tokens, IJournal journal, HoldDesk holds, GrantDesk grants, RecordingDesk recordings,
    IOptions<GateOptions> options, TimeProvider clock, ILogger<Gate> logger)
{
    private readonly ConcurrentDictionary<string, GateSession> live = new();

    /// <summary>Raised for every session that opened, and once when it ends.</summary>
    public event Action<GateSession>? Opened;

    /// <inheritdoc cref="Opened"/>
    public event Action<GateSession>? Ended;

    /// <summary>Validates the access token; a refusal says what is wrong with it in one line.</summary>
    public async ValueTask<(Principal? Principal, Refusal? Refusal)> AuthenticateAsync(string accessToken, CancellationToken cancel)
    {
        var result = await tokens.ValidateAsync(accessToken, cancel);
        return result.Principal is { } principal ? (principal, null) : (null, Refusals.Authentication(result.Error!));
    }

    /// <summary>Resolves the target, checks the right to use it and journals the session's start.</summary>
    public async ValueTask<(GateSession? Session, Refusal? Refusal)> OpenAsync(
        Principal principal, string target, string protocol, ClientInfo client, CancellationToken cancel)
    {
        if (snapshots.Current is not { } snapshot) return (null, Refusals.NoPolicy());
        var roles = snapshot.Policy.RolesOf(principal);
        client = Redaction.Of(client, snapshot.Masks.For(target, []).Detectors);
        // A target that is not there and one that is not yours look the same from outside.
        if (!snapshot.Document.Targets.TryGetValue(target, out var document) || document.Protocol != protocol || !snapshot.Policy.MayOpen(roles, target))
        {
            // It is the client's word for it, which may be anything.
            var named = Redaction.WithoutCredentials(target)!;
            logger.TargetRefused(principal.Id, named);
            await RecordRefusalAsync(principal, named, protocol, client, snapshot.Document.Version, cancel);
            return (null, Refusals.UnknownTarget(target, principal));
        }
        var session = new GateSession(new AuthorizedTarget(target, document), principal, snapshots, journal, holds, grants, recordings, options.Value, clock, logger)
        {
            Ended = Leave,
        };
        try
        {
            await session.StartAsync(client, protocol, snapshot, cancel);
            live[session.Id] = session;
            Opened?.Invoke(session);
        }
        catch (JournalUnavailableException e)
        {
            logger.JournalRefused(session.Id, e.Message);
            return (null, Refusals.JournalUnavailable(e));
        }
        return (session, null);
    }

    /// <summary>A session of this Ingress that has not ended; null when it is not here.</summary>
    internal GateSession? Find(string sessionId) => live.GetValueOrDefault(sessionId);

    private void Leave(GateSession session)
    {
        live.TryRemove(session.Id, out _);
        Ended?.Invoke(session);
    }

    /// <summary>A known principal that knocked at a closed door is on record; who is not known could only fill the journal.</summary>
    private async ValueTask RecordRefusalAsync(Principal principal, string target, string protocol, ClientInfo client, long policyVersion, CancellationToken cancel)
    {
        var recorder = new SessionJournal(Guid.CreateVersion7(clock.GetUtcNow()).ToString("n"), journal, clock);
        var start = new EventPayloads.Start(principal, target, protocol, client, policyVersion, options.Value.IngressId, "the target does not exist or is not open to the principal");
        try
        {
            await recorder.AppendAsync(EventKinds.SessionRefused, start, EventPayloads.SessionStarted, Durability.Written, cancel);
        }
        catch (JournalUnavailableException e)
        {
            logger.JournalRefused(recorder.SessionId, e.Message);
        }
    }
}
