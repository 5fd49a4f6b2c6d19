using Hoop.Contracts.Documents;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>Resolves a credential's reference at the moment it is needed; nothing is kept.</summary>
internal static class TargetCredentials
{
    private const string Environment = "env:", File = "file:";

    /// <returns>Null when the target needs no password.</returns>
    /// <exception cref="TargetUnavailableException">The reference leads nowhere.</exception>
    internal static async ValueTask<Secret?> ResolveAsync(CredentialDocument credential, CancellationToken cancel)
    {
        switch (credential.Password)
        {
            case null: return null;
            case var reference when reference.StartsWith(Environment, StringComparison.Ordinal):
                return new Secret(Variable(reference));
            case var reference when reference.StartsWith(File, StringComparison.Ordinal):
                return new Secret(await ReadFileAsync(reference[File.Length..], cancel));
            default:
                // A document with a password in it never gets this far; should it, it is not used.
                throw new TargetUnavailableException("28000", "the target's password reference is of an unknown kind");
        }
    }

    /// <summary>A plain value, or an <c>env:</c> reference resolved.</summary>
    internal static string Plain(string value) => value.StartsWith(Environment, StringComparison.Ordinal) ? Variable(value) : value;

    private static string Variable(string reference) =>
        System.Environment.GetEnvironmentVariable(reference[Environment.Length..]) is { Length: > 0 } value
            ? value
            : throw new TargetUnavailableException("08001", $"the environment variable {reference[Environment.Length..]} that the target refers to is not set");

    private static async ValueTask<string> ReadFileAsync(string path, CancellationToken cancel)
    {
        try
        {
            return (await System.IO.File.ReadAllTextAsync(path, cancel)).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TargetUnavailableException("08001", $"the file {path} that the target refers to cannot be read");
        }
    }
}
