using System.Text.Json;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;

namespace Hoop.ServiceDefaults.Identity;

/// <summary>A verified token's claims → <see cref="Principal"/>.</summary>
internal static class TokenPrincipal
{
    private const int MaxActors = 16;
    private const int MaxClaim = 500;

    internal static Principal Read(JsonWebToken jwt, IssuerDocument issuer, HoopDocument document)
    {
        var subject = jwt.ClaimText("sub")!;
        var kind = jwt.ClaimText(issuer.Claims.GetValueOrDefault("kind", "client_kind"));
        return new Principal(
            issuer.Url, subject,
            jwt.ClaimText(issuer.Claims.GetValueOrDefault("name", "preferred_username")) ?? subject,
            // Only an issuer that says "human" makes a person: whoever is not known to be one can never approve.
            kind is "human" or "service" ? kind : "agent",
            jwt.ClaimList(issuer.Claims.GetValueOrDefault("groups", "groups")),
            Actors(jwt.Claims, issuer.Url))
        {
            Email = Email(jwt, issuer),
            AuthenticatedAt = jwt.ClaimTime("auth_time"),
            Claims = NamedClaims(jwt, document),
        };
    }

    private static string? Email(JsonWebToken jwt, IssuerDocument issuer) =>
        jwt.Claims.TryGetProperty("email_verified", out var verified) && verified.ValueKind != JsonValueKind.True
            ? null
            : jwt.ClaimText(issuer.Claims.GetValueOrDefault("email", "email"));

    /// <summary>Those by which rules find a requester's manager; no other claim leaves the token.</summary>
    private static Dictionary<string, string>? NamedClaims(JsonWebToken jwt, HoopDocument document)
    {
        Dictionary<string, string>? claims = null;
        foreach (var name in document.Policies.SelectMany(rule => rule.Approval?.Requirement.NamedClaims() ?? []).Distinct())
            if (jwt.ClaimText(name) is { Length: > 0 and <= MaxClaim } value) (claims ??= []).Add(name, value);
        return claims;
    }

    private static IEnumerable<string> NamedClaims(this ApprovalRequirement requirement) =>
        requirement.Steps.SelectMany(step => step.Approvers)
            .Concat(requirement.Veto).Concat(requirement.Escalation?.To ?? []).Concat(requirement.Emergency?.Review.Approvers ?? [])
            .Where(approver => approver.Kind == ApproverKind.ManagerOf).Select(approver => approver.Name);

    /// <summary>Whoever acts for somebody must not pass for them: an <c>act</c> that is there is an object, at every level.</summary>
    internal static bool ReadsActors(JsonElement claims)
    {
        while (claims.TryGetProperty("act", out var actor) && actor.ValueKind != JsonValueKind.Null)
        {
            if (actor.ValueKind != JsonValueKind.Object) return false;
            claims = actor;
        }
        return true;
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
