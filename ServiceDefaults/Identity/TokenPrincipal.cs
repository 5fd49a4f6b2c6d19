using System.Text.Json;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;

namespace Hoop.ServiceDefaults.Identity;

/// <summary>A verified token's claims → <see cref="Principal"/>.</summary>
internal static class TokenPrincipal
{
    private const int MaxActors = 16;

    internal static Principal Read(JsonWebToken jwt, IssuerDocument issuer)
    {
        var subject = jwt.ClaimText("sub")!;
        var kind = jwt.ClaimText(issuer.Claims.GetValueOrDefault("kind", "client_kind"));
        return new Principal(
            issuer.Url, subject,
            jwt.ClaimText(issuer.Claims.GetValueOrDefault("name", "preferred_username")) ?? subject,
            // Only an issuer that says "human" makes a person: whoever is not known to be one can never approve.
            kind is "human" or "service" ? kind : "agent",
            jwt.ClaimList(issuer.Claims.GetValueOrDefault("groups", "groups")),
            Actors(jwt.Claims, issuer.Url));
    }

    /// <summary>The nested <c>act</c> claims (RFC 8693 section 4.1), outermost first.</summary>
    private static List<string> Actors(JsonElement claims, string issuer)
    {
        var actors = new List<string>();
        while (actors.Count < MaxActors && claims.TryGetProperty("act", out var actor) && actor.ValueKind == JsonValueKind.Object)
        {
            actors.Add($"{JsonWebToken.Text(actor, "iss") ?? issuer}|{JsonWebToken.Text(actor, "sub")}");
            claims = actor;
        }
        return actors;
    }
}
