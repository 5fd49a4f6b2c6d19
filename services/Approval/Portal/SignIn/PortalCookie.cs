using System.Globalization;
using System.Security.Claims;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Hoop.Approval.Portal.SignIn;

/// <summary>The portal's session: ends with the sign-out, after an hour without use and, since groups are as of sign-in, after eight hours in any case.</summary>
internal static class PortalCookie
{
    public const string Scheme = "Portal";
    private const string EndsClaim = "hoop:portal-session-ends", SignInClaim = "hoop:portal-sign-in";
    private static readonly TimeSpan Idle = TimeSpan.FromHours(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(8);

    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.Cookie.Name = "hoop-portal";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.ExpireTimeSpan = Idle;
        options.SlidingExpiration = true;
        options.LoginPath = OidcSignIn.StartPath;
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnValidatePrincipal = async context =>
        {
            var (services, acts) = (context.HttpContext.RequestServices, !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method));
            var user = context.Principal!;
            if (await services.GetRequiredService<SignIns>().HoldsAsync(user, acts, context.HttpContext.RequestAborted)) return;
            context.RejectPrincipal();
            // One that could not be looked up may still count in a moment.
            if (IsOver(user, services.GetRequiredService<TimeProvider>().GetUtcNow())) await context.HttpContext.SignOutAsync(Scheme);
        };
        options.Events.OnRedirectToLogin = context => context.Request.Path.StartsWithSegments("/api")
            ? Problems.WriteAsync(context.HttpContext, StatusCodes.Status401Unauthorized, "not-signed-in",
                "No access token was sent. Send one as 'Authorization: Bearer TOKEN', or sign in to the portal.")
            : RedirectAsync(context);
        options.Events.OnRedirectToAccessDenied = context => Problems.WriteAsync(
            context.HttpContext, StatusCodes.Status403Forbidden, "forbidden", "Your identity may not do this. Ask somebody with the right role.");
    }

    public static async Task SignInAsync(HttpContext context, SignIns signIns, Principal principal, DateTimeOffset now)
    {
        var before = (await context.AuthenticateAsync(Scheme)).Principal;
        var id = await signIns.BeginAsync(principal, before, now + Longest, context.RequestAborted);
        var user = principal.ToClaimsPrincipal(Scheme);
        ((ClaimsIdentity)user.Identity!).AddClaims(
            [new Claim(EndsClaim, (now + Longest).ToString("O", CultureInfo.InvariantCulture)), new Claim(SignInClaim, id.ToString())]);
        await context.SignInAsync(Scheme, user);
    }

    /// <summary>Which sign-in it is; null: none of the portal's.</summary>
    public static Guid? SignInOf(ClaimsPrincipal? user) => Guid.TryParse(user?.FindFirst(SignInClaim)?.Value, out var id) ? id : null;

    /// <summary>By the time alone; <see cref="SignIns"/> knows whether it counts.</summary>
    public static bool IsOver(ClaimsPrincipal user, DateTimeOffset now) => now >= EndsAt(user);

    /// <summary>When it ends at the latest; one that does not say so is over.</summary>
    public static DateTimeOffset EndsAt(ClaimsPrincipal user) =>
        DateTimeOffset.TryParse(user.FindFirst(EndsClaim)?.Value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var ends) ? ends : DateTimeOffset.MinValue;

    private static Task RedirectAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }
}
