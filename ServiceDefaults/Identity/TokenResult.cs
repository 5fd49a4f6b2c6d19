using Hoop.Contracts.Identity;

namespace Hoop.ServiceDefaults.Identity;

/// <summary>A validated token's principal, or why it was refused.</summary>
/// <param name="Error">One line: what is wrong and what to do. Never quotes the token.</param>
public readonly record struct TokenResult(Principal? Principal, DateTimeOffset ExpiresAt, string? Error)
{
    internal static TokenResult Refused(string error) => new(null, default, error);
}
