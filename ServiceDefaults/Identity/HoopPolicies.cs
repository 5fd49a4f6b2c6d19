using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hoop.ServiceDefaults.Identity;

/// <summary>Names of authorization policies and authentication schemes.</summary>
public static class HoopPolicies
{
    /// <summary>An authenticated principal, whatever its kind.</summary>
    public const string Principal = "hoop-principal";

    /// <summary>A person.</summary>
    public const string Person = "hoop-person";

    /// <summary>Another service of Hoop. Only routes that ask for it, or for <see cref="PrincipalOrService"/>, take a service's signature.</summary>
    public const string Internal = "hoop-internal";

    /// <summary>An authenticated principal, or another service of Hoop.</summary>
    public const string PrincipalOrService = "hoop-principal-or-service";

    public const string BearerScheme = "Bearer";
    public const string InternalScheme = "Internal";

    /// <summary>A service's signature where there is one, else as everywhere.</summary>
    public const string OrServiceScheme = "HoopOrService";

    internal const string Scheme = "Hoop";

    internal const string KindClaim = "hoop:kind";
    internal const string ServiceClaim = "hoop:service";
}

public static class HoopAuthenticationExtensions
{
    /// <summary>Schemes Bearer and Internal, and the policies. Needs <c>AddHoopDocuments</c>. A service's signature counts on the routes that ask for it, nowhere else.</summary>
    /// <param name="fallbackScheme">Scheme for requests without a token (a portal's cookie); null: they stay anonymous.</param>
    /// <param name="actedFor">Nobody but other services comes in here: on every route they act for the principal they name.</param>
    public static AuthenticationBuilder AddHoopAuthentication(this IHostApplicationBuilder builder, string? fallbackScheme = null, bool actedFor = false)
    {
        builder.Services.AddSingleton<TokenValidator>();
        builder.Services.AddHttpClient(nameof(TokenValidator), client =>
        {
            client.Timeout = TimeSpan.FromSeconds(5);
            client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        });
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(HoopPolicies.Principal, policy => policy.RequireClaim(HoopPolicies.KindClaim))
            .AddPolicy(HoopPolicies.Person, policy => policy.RequireClaim(HoopPolicies.KindClaim, "human"))
            .AddPolicy(HoopPolicies.Internal, policy => policy.AddAuthenticationSchemes(HoopPolicies.OrServiceScheme).RequireClaim(HoopPolicies.ServiceClaim))
            .AddPolicy(HoopPolicies.PrincipalOrService, policy => policy.AddAuthenticationSchemes(HoopPolicies.OrServiceScheme).RequireAuthenticatedUser());
        return builder.Services.AddAuthentication(HoopPolicies.Scheme)
            .AddPolicyScheme(HoopPolicies.Scheme, null, options => options.ForwardDefaultSelector = context =>
                actedFor && IsSigned(context) ? HoopPolicies.InternalScheme
                : context.Request.Headers.ContainsKey("Authorization") ? HoopPolicies.BearerScheme
                : fallbackScheme ?? HoopPolicies.BearerScheme)
            .AddPolicyScheme(HoopPolicies.OrServiceScheme, null, options => options.ForwardDefaultSelector = context =>
                IsSigned(context) ? HoopPolicies.InternalScheme : HoopPolicies.Scheme)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(HoopPolicies.BearerScheme, null)
            .AddScheme<InternalOptions, InternalHandler>(HoopPolicies.InternalScheme, options => options.TakesPrincipals = actedFor);
    }

    private static bool IsSigned(HttpContext context) => context.Request.Headers.ContainsKey(Http.ServiceSignature.Header);
}
