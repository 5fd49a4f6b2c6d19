using System.Globalization;
using System.Security.Claims;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Hoop.Approval.Portal.SignIn;

/// <summary>The portal's session: ends after an hour without use and, since groups are as of sign-in, after eight hours in any case.</summary>
internal static class PortalCookie
{
    public const string Scheme = "Portal";
    private const string EndsClaim = "hoop:portal-session-ends";
    private static readonly TimeSpan Idle = TimeSpan.FromHours(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(8);

    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "hoop-portal";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = Idle;
        options.SlidingExpiration = true;
        options.LoginPath = OidcSignIn.StartPath;
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnValidatePrincipal = context =>
        {
            var clock = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>();
            if (!IsOver(context.Principal!, clock.GetUtcNow())) return Task.CompletedTask;
            context.RejectPrincipal();
            return context.HttpContext.SignOutAsync(Scheme);
        };
        options.Events.OnRedirectToLogin = context => context.Request.Path.StartsWithSegments("/api")
            ? Problems.WriteAsync(context.HttpContext, StatusCodes.Status401Unauthorized, "not-signed-in",
                "No access token was sent. Send one as 'Authorization: Bearer TOKEN', or sign in to the portal.")
            : RedirectAsync(context);
        options.Events.OnRedirectToAccessDenied = context => Problems.WriteAsync(
            context.HttpContext, StatusCodes.Status403Forbidden, "forbidden", "Your identity may not do this. Ask somebody with the right role.");
    }

    public static Task SignInAsync(HttpContext context, Principal principal, DateTimeOffset now)
    {
        var user = principal.ToClaimsPrincipal(Scheme);
        ((ClaimsIdentity)user.Identity!).AddClaim(new Claim(EndsClaim, (now + Longest).ToString("O", CultureInfo.InvariantCulture)));
        return context.SignInAsync(Scheme, user);
    }

    /// <summary>A page that stays open outlives the cookie's own checks: ask before acting.</summary>
    public static bool IsOver(ClaimsPrincipal user, DateTimeOffset now) =>
        !DateTimeOffset.TryParse(user.FindFirst(EndsClaim)?.Value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var ends) || now >= ends;

    private static Task RedirectAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }
}
