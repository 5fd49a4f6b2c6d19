using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Documents;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>Resolves a target's references at the moment they are needed; nothing is kept.</summary>
internal static class TargetCredentials
{
    /// <returns>Null when the target needs no password.</returns>
    /// <exception cref="TargetUnavailableException">The reference leads nowhere, or where no target's may.</exception>
    internal static async ValueTask<Secret?> ResolveAsync(References references, CredentialDocument credential, CancellationToken cancel) =>
        credential.Password is not { } reference ? null
        // A document with a password in it never gets this far; should it, it is not used.
        : !References.Is(reference) ? throw new TargetUnavailableException("28000", "the target's password reference is of an unknown kind")
        : new Secret(await PlainAsync(references, reference, cancel));

    /// <summary>A plain value, or a reference resolved.</summary>
    /// <exception cref="TargetUnavailableException">The reference leads nowhere, or where no target's may.</exception>
    internal static async ValueTask<string> PlainAsync(References references, string value, CancellationToken cancel)
    {
        try
        {
            return await references.PlainOrResolvedAsync(value, cancel);
        }
        catch (ReferenceException e)
        {
            throw new TargetUnavailableException("08001", $"the target refers to what cannot be used: {e.Message}", e);
        }
    }
}
