namespace Hoop.Contracts.Identity;

/// <summary>An authenticated identity. Comes only from a validated token.</summary>
/// <param name="Issuer">The token's <c>iss</c>.</param>
/// <param name="Subject">The token's <c>sub</c> (for client credentials, the client id).</param>
/// <param name="Name">For people to read: <c>preferred_username</c>, <c>name</c>, or the subject.</param>
/// <param name="Kind"><c>agent</c>, <c>human</c> or <c>service</c>.</param>
/// <param name="Groups">Group names, as the issuer's groups claim lists them.</param>
/// <param name="Actors">The delegation chain (RFC 8693 <c>act</c>), outermost first: <c>issuer|subject</c> of each.</param>
public sealed record Principal(
    string Issuer, string Subject, string Name, string Kind,
    IReadOnlyList<string> Groups, IReadOnlyList<string> Actors)
{
    /// <summary>Issuer and subject: what makes two principals the same.</summary>
    public string Id => $"{Issuer}|{Subject}";

    /// <summary>The <c>email</c> claim; null when there is none, or the issuer says that it is not verified.</summary>
    public string? Email { get; init; }

    /// <summary>When the person last proved who they are to the issuer (<c>auth_time</c>); null when the token does not say.</summary>
    public DateTimeOffset? AuthenticatedAt { get; init; }

    /// <summary>Further claims, those that hoop.yaml names (<c>managerOf</c>); null: none.</summary>
    public IReadOnlyDictionary<string, string>? Claims { get; init; }
}
