using Hoop.Approval.Portal.SignIn;
using Microsoft.Extensions.Options;

namespace Hoop.Approval.Http;

/// <summary>Headers that keep other people's text and sites from acting through the portal.</summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app)
    {
        app.UsePortalAddress();
        var provider = new Uri(app.Services.GetRequiredService<IOptions<OidcOptions>>().Value.Authority).GetLeftPart(UriPartial.Authority);
        // Signing out ends at the provider, which the sign-out form is then redirected to.
        var policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'self'; " +
            $"form-action 'self' {provider}; frame-ancestors 'none'";
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            if (context.Request.Path.StartsWithSegments("/api")) headers.CacheControl = "no-store";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            return next(context);
        });
    }
}
