using System.Security.Cryptography;
using System.Text.Json;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hoop.Approval.Portal.SignIn;

/// <summary>Sign-in and sign-out of the portal's people.</summary>
internal sealed class OidcSignIn(
    OidcClient client, TokenValidator tokens, SignIns signIns, IDataProtectionProvider protection, IOptions<OidcOptions> options, IConfiguration configuration,
    TimeProvider clock, ILogger<OidcSignIn> logger)
{
    public const string StartPath = "/sign-in";
    private const string CallbackPath = "/signin-oidc";
    private const string AttemptCookie = "hoop-sign-in";
    private static readonly TimeSpan AttemptLifetime = TimeSpan.FromMinutes(10);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Hoop.Portal.SignIn").ToTimeLimitedDataProtector();

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(StartPath, (HttpContext context, OidcSignIn signIn, string? returnUrl, bool fresh = false) => signIn.StartAsync(context, returnUrl, fresh)).AllowAnonymous();
        app.MapGet(CallbackPath, (HttpContext context, OidcSignIn signIn) => signIn.FinishAsync(context)).AllowAnonymous();
        app.MapPost("/sign-out", (HttpContext context, OidcSignIn signIn, IAntiforgery antiforgery) => signIn.EndAsync(context, antiforgery))
            .NotAudited("ends the caller's own sign-in, nothing else");
    }

    private async Task<IResult> StartAsync(HttpContext context, string? returnUrl, bool fresh)
    {
        try
        {
            var attempt = OidcAttempt.Create(returnUrl, fresh ? clock.GetUtcNow() : null);
            var target = await client.AuthorizationUrlAsync(attempt, RedirectUri(context), context.RequestAborted);
            context.Response.Cookies.Append(AttemptCookie, _protector.Protect(JsonSerializer.Serialize(attempt), AttemptLifetime), AttemptCookieOptions(context));
            return TypedResults.Redirect(target.ToString());
        }
        catch (OidcException e)
        {
            return Failed(e.Message);
        }
    }

    private async Task<IResult> FinishAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var attempt = ReadAttempt(context);
        context.Response.Cookies.Delete(AttemptCookie, AttemptCookieOptions(context));
        // The state first: without it, nothing in this request was asked for by this browser.
        if (attempt is null || !attempt.Matches(query["state"])) return Failed("This sign-in was not begun in this browser, or took too long. Start again.");
        if (query["iss"] is [{ } issuer] && issuer != options.Value.Authority) return Failed("Another identity provider answered than was asked. Start again.");
        if (query["code"] is not [{ Length: > 0 } code]) return Failed("The identity provider did not sign you in. Start again.");
        try
        {
            var principal = await IdentifyAsync(code, attempt, RedirectUri(context), context.RequestAborted);
            await PortalCookie.SignInAsync(context, signIns, principal, clock.GetUtcNow());
            return TypedResults.LocalRedirect(attempt.ReturnUrl);
        }
        catch (OidcException e)
        {
            return Failed(e.Message);
        }
    }

    private async Task<Principal> IdentifyAsync(string code, OidcAttempt attempt, string redirectUri, CancellationToken cancel)
    {
        var answer = await client.ExchangeAsync(code, attempt, redirectUri, cancel);
        var (subject, authenticatedAt) = OidcIdToken.Check(answer.IdToken, options.Value, attempt, clock.GetUtcNow());
        var result = await tokens.ValidateAsync(answer.AccessToken, cancel);
        if (result.Principal is not { } principal) throw new OidcException(result.Error!);
        if (principal.Subject != subject || principal.Issuer != options.Value.Authority)
            throw new OidcException("The identity provider's tokens name two different people.");
        if (principal.Kind != "human" || principal.Actors.Count > 0) throw new OidcException("Only people sign in here; agents use the API with their token.");
        return principal with { AuthenticatedAt = authenticatedAt ?? principal.AuthenticatedAt };
    }

    private async Task<IResult> EndAsync(HttpContext context, IAntiforgery antiforgery)
    {
        if (!await antiforgery.IsRequestValidAsync(context)) return Failed("This sign-out did not come from the portal's own page.");
        var user = (await context.AuthenticateAsync(PortalCookie.Scheme)).Principal;
        await context.SignOutAsync(PortalCookie.Scheme);
        try
        {
            if (PortalCookie.SignInOf(user) is { } signIn) await signIns.EndAsync(signIn, context.RequestAborted);
            if ((await client.DiscoverAsync(context.RequestAborted)).EndSessionEndpoint is { } end)
                return TypedResults.Redirect(end + new QueryBuilder { { "client_id", options.Value.ClientId }, { "post_logout_redirect_uri", PortalUrl(context) + "/" } });
        }
        catch (OidcException e)
        {
            // Signed out here all the same.
            logger.SignOutIncomplete(e.Message);
        }
        catch (NpgsqlException e)
        {
            logger.SignOutIncomplete(e.Message);
            return SignInPage.Failed("You are signed out in this browser, but the database did not answer: other pages of yours may still be signed in. Sign in and out once more in a moment.");
        }
        return TypedResults.LocalRedirect("/");
    }

    private IResult Failed(string why)
    {
        logger.SignInFailed(why);
        return SignInPage.Failed(why);
    }

    private OidcAttempt? ReadAttempt(HttpContext context)
    {
        if (context.Request.Cookies[AttemptCookie] is not { } cookie) return null;
        try
        {
            return JsonSerializer.Deserialize<OidcAttempt>(_protector.Unprotect(cookie));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private string RedirectUri(HttpContext context) => PortalUrl(context) + CallbackPath;

    // Configured, not taken from the Host header, which the caller chooses.
    private string PortalUrl(HttpContext context) =>
        configuration["Hoop:PortalUrl"]?.TrimEnd('/') ?? $"{context.Request.Scheme}://127.0.0.1:{context.Connection.LocalPort}";

    private static CookieOptions AttemptCookieOptions(HttpContext context) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = CallbackPath, MaxAge = AttemptLifetime, IsEssential = true,
    };
}
