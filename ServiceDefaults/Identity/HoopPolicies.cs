using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authentication;
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

    /// <summary>Another service of Hoop.</summary>
    public const string Internal = "hoop-internal";

    public const string BearerScheme = "Bearer";
    public const string InternalScheme = "Internal";

    internal const string KindClaim = "hoop:kind";
    internal const string ServiceClaim = "hoop:service";
}

public static class HoopAuthenticationExtensions
{
    /// <summary>Schemes Bearer and Internal, picked by the request's headers, and the policies. Needs <c>AddHoopDocuments</c>.</summary>
    /// <param name="fallbackScheme">Scheme for requests with neither header (a portal's cookie); null: they stay anonymous.</param>
    public static AuthenticationBuilder AddHoopAuthentication(this IHostApplicationBuilder builder, string? fallbackScheme = null)
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
            .AddPolicy(HoopPolicies.Internal, policy => policy.RequireClaim(HoopPolicies.ServiceClaim));
        return builder.Services.AddAuthentication("Hoop")
            .AddPolicyScheme("Hoop", null, options => options.ForwardDefaultSelector = context =>
                context.Request.Headers.ContainsKey(Http.ServiceClients.InternalKeyHeader) ? HoopPolicies.InternalScheme
                : context.Request.Headers.ContainsKey("Authorization") ? HoopPolicies.BearerScheme
                : fallbackScheme ?? HoopPolicies.BearerScheme)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(HoopPolicies.BearerScheme, null)
            .AddScheme<AuthenticationSchemeOptions, InternalHandler>(HoopPolicies.InternalScheme, null);
    }
}
