using System.Text.Encodings.Web;
using Hoop.ServiceDefaults.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hoop.ServiceDefaults.Identity;

/// <summary><c>Authorization: Bearer</c> (RFC 6750) through <see cref="TokenValidator"/>.</summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenValidator validator)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private string? refusal;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.NoResult();
        var result = await validator.ValidateAsync(header[7..].Trim(), Context.RequestAborted);
        if (result.Principal is { } principal)
            return AuthenticateResult.Success(new AuthenticationTicket(principal.ToClaimsPrincipal(Scheme.Name), new AuthenticationProperties { ExpiresUtc = result.ExpiresAt }, Scheme.Name));
        refusal = result.Error;
        return AuthenticateResult.Fail(result.Error!);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.WriteAsync(Context, StatusCodes.Status401Unauthorized, "not-signed-in",
            refusal ?? "No access token was sent. Send one as 'Authorization: Bearer TOKEN'.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.WriteAsync(Context, StatusCodes.Status403Forbidden, "forbidden", "Your identity may not do this. Ask somebody with the right role, or sign in as a person.");
}
