using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Hoop.Approval.Http;

/// <summary>
/// <c>Hoop:PortalUrl</c>: where browsers find the portal. When it is https, they come by https whatever reaches this service behind what ends TLS: cookies are for
/// https alone, and browsers are told to ask for nothing else.
/// </summary>
internal static class PortalAddress
{
    private const string Hsts = "max-age=31536000";

    public static bool IsHttps(IConfiguration configuration) => configuration["Hoop:PortalUrl"]?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true;

    public static void AddPortalAddress(this IServiceCollection services, string cookieScheme)
    {
        services.AddOptions<CookieAuthenticationOptions>(cookieScheme).Configure<IConfiguration>((options, configuration) =>
        {
            if (IsHttps(configuration)) options.Cookie.SecurePolicy = CookieSecurePolicy.Always;
        });
        services.AddOptions<AntiforgeryOptions>().Configure<IConfiguration>((options, configuration) =>
        {
            if (IsHttps(configuration)) options.Cookie.SecurePolicy = CookieSecurePolicy.Always;
        });
    }

    /// <summary>By what is configured, not by a header that a caller could set.</summary>
    public static void UsePortalAddress(this WebApplication app)
    {
        if (!IsHttps(app.Configuration)) return;
        app.Use((context, next) =>
        {
            context.Request.Scheme = Uri.UriSchemeHttps;
            context.Response.Headers.StrictTransportSecurity = Hsts;
            return next(context);
        });
    }
}
