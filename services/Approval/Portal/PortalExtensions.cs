using Hoop.Approval.Http;
using Hoop.Approval.Portal.SignIn;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Npgsql;

namespace Hoop.Approval.Portal;

/// <summary>The browser's side of the service.</summary>
internal static class PortalExtensions
{
    public static void AddPortal(this WebApplicationBuilder builder)
    {
        builder.AddHoopAuthentication(PortalCookie.Scheme).AddCookie(PortalCookie.Scheme, PortalCookie.Configure);
        builder.Services.AddPortalAddress(PortalCookie.Scheme);
        builder.Services.AddOptions<OidcOptions>().BindConfiguration("Oidc").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHttpClient(nameof(OidcClient), client => client.Timeout = TimeSpan.FromSeconds(10));
        builder.Services.AddSingleton<OidcClient>();
        builder.Services.AddSingleton<OidcSignIn>();
        builder.Services.AddSingleton<SignIns>();
        // The keys lie in the service's own database, as plain as all else it relies on; the start need not warn of it each time.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Services.AddDataProtection().SetApplicationName("Hoop.Portal");
        builder.Services.AddOptions<KeyManagementOptions>()
            .Configure<NpgsqlDataSource>((options, database) => options.XmlRepository = new SharedKeys(database));
        builder.Services.AddSingleton<Load.ApproverLoad>();
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddScoped<AuthenticationStateProvider, PortalAuthentication>();
        builder.Services.AddScoped<CircuitHandler, PortalCircuit>();
    }

    /// <summary>Who asks, whether they may, and whether it was the portal's own form that asked.</summary>
    public static void UseSignIn(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseSignOuts();
        app.UseAuthorization();
        app.UseAntiforgery();
    }

    public static void MapPortal(this WebApplication app)
    {
        OidcSignIn.Map(app);
        PortalAssets.Map(app);
        BlazorScript.Map(app);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode().RequireAuthorization(HoopPolicies.Person)
            .NotAudited("what people do on a page is recorded by what the page calls");
    }
}
