using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hoop.ServiceDefaults.Auditing;

public static class AdminAuditExtensions
{
    /// <param name="service">The name that this service's events have.</param>
    public static void AddAdminAudit(this IHostApplicationBuilder builder, string service)
    {
        builder.Services.AddSingleton(provider => new AdminJournal(Path.Combine(
            provider.GetRequiredService<IConfiguration>()["Hoop:DataDirectory"]
                ?? throw new InvalidOperationException("No place for the record of what people change: set Hoop__DataDirectory to a writable directory."),
            "admin-audit")));
        builder.Services.AddSingleton(provider => new AdminAudit(service, provider.GetRequiredService<AdminJournal>(), provider.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<RefusalLimit>();
        builder.Services.AddHostedService<AdminShipper>();
    }

    /// <summary>Before authentication, so that those who are turned away there are recorded too.</summary>
    public static void UseAdminAudit(this IApplicationBuilder app) => app.UseMiddleware<AdminAuditMiddleware>();

    /// <summary>
    /// Each request to the route is an event: begun on the disk before the handler runs, ended with what was answered. Route values are its
    /// details; <see cref="AuditDetail"/> adds more. When it can not be recorded, it is not done (503).
    /// </summary>
    public static TBuilder Audited<TBuilder>(this TBuilder builder, string kind) where TBuilder : IEndpointConventionBuilder
    {
        builder.WithMetadata(new AuditedAttribute(kind));
        return builder.AddEndpointFilter<TBuilder, AdminAuditFilter>();
    }

    /// <summary>The handler's own code records what it does, through every door; the route records who was turned away before.</summary>
    public static TBuilder AuditedByHandler<TBuilder>(this TBuilder builder, string kind) where TBuilder : IEndpointConventionBuilder
    {
        builder.WithMetadata(new AuditedAttribute(kind, byHandler: true));
        return builder.AddEndpointFilter<TBuilder, AdminAuditFilter>();
    }

    public static TBuilder NotAudited<TBuilder>(this TBuilder builder, string why) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new NotAuditedAttribute(why));

    /// <summary>Says more about what the request did: a version, a reason. Never a secret.</summary>
    public static void AuditDetail(this HttpContext context, string name, string value)
    {
        if (context.Features.Get<AdminAuditFeature>() is { } feature)
            feature.Details[name] = value;
    }

    /// <summary>For a handler whose own code records what it does: this request was turned away before it came to that, and is recorded as such.</summary>
    public static void AuditTurnedAway(this HttpContext context)
    {
        if (context.Features.Get<AdminAuditFeature>() is { } feature)
            feature.Reached = false;
    }

    internal static string? Address(this HttpContext context) => context.Connection.RemoteIpAddress?.ToString();

    internal static Contracts.Identity.Principal? Caller(this HttpContext context) => context.User.Identity is null ? null : context.GetPrincipal();
}
