using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;

namespace Hoop.Ingress.Sessions;

/// <summary>The one decision point, used by every protocol: authenticate → open → ask per operation → complete → end.</summary>
public sealed partial class Gate
{
    /// <summary>Validates the access token; a refusal says what is wrong with it in one line.</summary>
    public ValueTask<(Principal? Principal, Refusal? Refusal)> AuthenticateAsync(string accessToken, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Resolves the target, checks the right to use it and journals the session's start.</summary>
    public ValueTask<(GateSession? Session, Refusal? Refusal)> OpenAsync(Principal principal, string target, string protocol, ClientInfo client, CancellationToken cancel) => throw new NotImplementedException();
}

/// <summary>Where a client comes from.</summary>
/// <param name="Driver">What it calls itself (application_name, User-Agent); null when it does not.</param>
public sealed record ClientInfo(string Address, bool Encrypted, string? Driver);

/// <summary>Proof that a principal may use a target. Opening the target takes one; only the Gate makes them.</summary>
public sealed class AuthorizedTarget
{
    internal AuthorizedTarget(string name, TargetDocument document) => (Name, Document) = (name, document);

    public string Name { get; }
    public TargetDocument Document { get; }
}

/// <summary>One client's use of one target.</summary>
public sealed partial class GateSession
{
    public string Id => throw new NotImplementedException();
    public Principal Principal => throw new NotImplementedException();
    public AuthorizedTarget Target => throw new NotImplementedException();

    /// <summary>The newest documents and this principal's roles under them.</summary>
    public (Snapshots.HoopSnapshot Snapshot, IReadOnlyList<string> Roles) Current => throw new NotImplementedException();

    /// <summary>Decides and journals. Durable before it returns a permit for anything that is not a pure read.</summary>
    public ValueTask<GateAnswer> AskAsync(Operation operation, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Journals how a permitted operation ended.</summary>
    public void Complete(Permit permit, OperationResult result) => throw new NotImplementedException();

    /// <summary>Journals the end. Idempotent.</summary>
    /// <param name="cause"><c>client closed</c>, <c>target closed</c>, <c>protocol error: …</c>, <c>shutdown</c>, …</param>
    public ValueTask EndAsync(string cause) => throw new NotImplementedException();
}
