using Hoop.Contracts.Identity;
using Hoop.Ingress.Recordings;
using Hoop.Ingress.Sessions;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres;

/// <summary>The Gate as this protocol sees it; tests script it to any answer and any timing.</summary>
internal interface IGate
{
    ValueTask<(Principal? Principal, Refusal? Refusal)> AuthenticateAsync(string accessToken, CancellationToken cancel);

    ValueTask<(IGateSession? Session, Refusal? Refusal)> OpenAsync(Principal principal, string target, ClientInfo client, CancellationToken cancel);
}

/// <inheritdoc cref="GateSession"/>
internal interface IGateSession
{
    string Id { get; }
    AuthorizedTarget Target { get; }

    /// <inheritdoc cref="Principal.Id"/>
    string PrincipalId { get; }

    /// <summary>The masks of the documents an operation was decided with; null when none apply.</summary>
    TargetMasks? MasksFor(Permit permit);

    /// <summary>The masks of the newest documents, for text that belongs to no operation; null when none apply.</summary>
    TargetMasks? CurrentMasks { get; }

    /// <summary>The newest masks as they are for somebody without any role: for what more people read than the statement's author.</summary>
    TargetMasks StrictestMasks { get; }

    /// <summary>True while the newest documents let everything of this session pass and mask nothing: then no decision hangs on what a statement's names stand for.</summary>
    bool PassesEverything { get; }

    /// <summary>The same of the documents that an operation was decided with.</summary>
    bool PassedEverything(Permit permit);

    ValueTask<GateAnswer> AskAsync(Operation operation, CancellationToken cancel);

    /// <inheritdoc cref="GateSession.ForeseeAsync"/>
    ValueTask<Refusal?> ForeseeAsync(Operation operation, bool runs, CancellationToken cancel);

    /// <inheritdoc cref="GateSession.IsCurrent"/>
    bool IsCurrent(Permit permit);

    /// <inheritdoc cref="GateSession.DurableAsync"/>
    ValueTask DurableAsync(CancellationToken cancel);

    void Complete(Permit permit, OperationResult result);

    /// <summary>What records must not show of an operation, or of what belongs to none; null when nothing.</summary>
    TargetMasks? RecordMasksFor(Permit? permit);

    /// <inheritdoc cref="GateSession.RecordRows"/>
    ResultRecording? RecordRows(Permit permit, int statement, IReadOnlyList<RecordedColumn> columns, RowWriter write);

    /// <inheritdoc cref="GateSession.Notice"/>
    void Notice(Permit? permit, SessionNotice notice);

    /// <inheritdoc cref="GateSession.Killed"/>
    Task<SessionKill> Killed { get; }

    ValueTask EndAsync(string cause);
}

internal sealed class RealGate(Gate gate) : IGate
{
    public ValueTask<(Principal? Principal, Refusal? Refusal)> AuthenticateAsync(string accessToken, CancellationToken cancel) =>
        gate.AuthenticateAsync(accessToken, cancel);

    public async ValueTask<(IGateSession? Session, Refusal? Refusal)> OpenAsync(
        Principal principal, string target, ClientInfo client, CancellationToken cancel)
    {
        var (session, refusal) = await gate.OpenAsync(principal, target, "postgres", client, cancel);
        return (session is null ? null : new RealGateSession(session), refusal);
    }
}

internal sealed class RealGateSession(GateSession session) : IGateSession
{
    public string Id => session.Id;
    public AuthorizedTarget Target => session.Target;
    public string PrincipalId => session.Principal.Id;

    public TargetMasks? CurrentMasks => NullIfEmpty(session.Standing.Masks);
    public TargetMasks? MasksFor(Permit permit) => NullIfEmpty(permit.Standing.Masks);
    public TargetMasks StrictestMasks => session.Standing.RecordMasks;
    public bool PassesEverything => session.Standing.PassesEverything;
    public bool PassedEverything(Permit permit) => permit.Standing.PassesEverything;

    public ValueTask<GateAnswer> AskAsync(Operation operation, CancellationToken cancel) => session.AskAsync(operation, cancel);
    public ValueTask<Refusal?> ForeseeAsync(Operation operation, bool runs, CancellationToken cancel) => session.ForeseeAsync(operation, runs, cancel);
    public bool IsCurrent(Permit permit) => session.IsCurrent(permit);
    public ValueTask DurableAsync(CancellationToken cancel) => session.DurableAsync(cancel);
    public void Complete(Permit permit, OperationResult result) => session.Complete(permit, result);
    public TargetMasks? RecordMasksFor(Permit? permit) => NullIfEmpty((permit?.Standing ?? session.Standing).RecordMasks);
    public ResultRecording? RecordRows(Permit permit, int statement, IReadOnlyList<RecordedColumn> columns, RowWriter write) => session.RecordRows(permit, statement, columns, write);
    public void Notice(Permit? permit, SessionNotice notice) => session.Notice(permit, notice);
    public Task<SessionKill> Killed => session.Killed;
    public ValueTask EndAsync(string cause) => session.EndAsync(cause);

    private static TargetMasks? NullIfEmpty(TargetMasks masks) => masks.IsEmpty ? null : masks;
}
