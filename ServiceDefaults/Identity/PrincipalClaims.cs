using System.Security.Claims;
using System.Text.Json;
using Hoop.Contracts.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Hoop.ServiceDefaults.Identity;

/// <summary><see cref="Principal"/> as ASP.NET Core's <see cref="ClaimsPrincipal"/> and back.</summary>
public static class PrincipalClaims
{
    private const string PrincipalClaim = "hoop:principal";

    public static ClaimsPrincipal ToClaimsPrincipal(this Principal principal, string scheme) =>
        new(new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, principal.Name),
                new Claim(HoopPolicies.KindClaim, principal.Kind),
                new Claim(PrincipalClaim, JsonSerializer.Serialize(principal)),
            ], scheme));

    /// <summary>Null when nobody is signed in (a service acting for itself is nobody).</summary>
    public static Principal? ToPrincipal(this ClaimsPrincipal user) =>
        user.FindFirst(PrincipalClaim)?.Value is { } json ? JsonSerializer.Deserialize<Principal>(json) : null;

    /// <summary>When what the caller signed in with ends; null when nothing says so. What goes on for longer than a request must end then.</summary>
    public static DateTimeOffset? GetExpiry(this HttpContext context) => context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc;

    public static Principal? GetPrincipal(this HttpContext context) => context.User.ToPrincipal();
}
