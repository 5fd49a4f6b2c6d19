using Hoop.Contracts.Documents;

namespace Hoop.Ingress.Sessions;

/// <summary>Proof that a principal may use a target. Opening the target takes one; only the Gate makes them.</summary>
public sealed class AuthorizedTarget
{
    internal AuthorizedTarget(string name, TargetDocument document) => (Name, Document) = (name, document);

    public string Name { get; }
    public TargetDocument Document { get; }
}

/// <summary>Where a client comes from.</summary>
/// <param name="Driver">What it calls itself (application_name, User-Agent); null when it does not.</param>
public sealed record ClientInfo(string Address, bool Encrypted, string? Driver);
