using Hoop.Ingress.Approvals;
using Hoop.Ingress.Identity;
using Hoop.Ingress.Recordings;
using Hoop.Ingress.Replicas;
using Hoop.Ingress.Snapshots;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Identity;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Sessions;

internal static class GateExtensions
{
    /// <summary>The Gate and what it decides with: documents, identity, approvals, the bus. Answers this instance's id.</summary>
    internal static string AddGate(this IHostApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var directory = configuration["Hoop:DataDirectory"] ?? throw new InvalidOperationException("Set Hoop__DataDirectory to a writable directory of this Ingress' own.");
        var options = new GateOptions
        {
            IngressId = IngressId.ReadOrCreate(directory),
            PortalUrl = new Uri(configuration["Hoop:PortalUrl"] ?? throw new InvalidOperationException("Set Hoop__PortalUrl to the portal's public address.")),
            ApprovalTimeout = configuration.GetValue("Hoop:ApprovalTimeout", TimeSpan.FromSeconds(10)),
        };
        if (options.ApprovalTimeout <= TimeSpan.Zero) throw new InvalidOperationException("Hoop__ApprovalTimeout must be more than 00:00:00.");
        builder.Services.AddSingleton(Options.Create(options));
        builder.Services.AddSingleton<Gate>();
        builder.Services.AddSingleton(RecordingOptions.From(configuration));
        builder.Services.AddSingleton<RecordingDesk>();
        builder.AddHoopDocuments();
        builder.AddHoopAuthentication();
        builder.AddSnapshots();
        builder.AddApprovals();
        return options.IngressId;
    }

    /// <summary>Commands about live sessions: each Ingress hears all, on a queue of this process alone.</summary>
    internal static void AddSessionConsumers(this IBusRegistrationConfigurator bus) => bus.AddOwnQueueConsumer<KillSessionConsumer>();

    /// <summary>The directory of live sessions.</summary>
    internal static void AddSessionDirectory(this IHostApplicationBuilder builder)
    {
        builder.AddRedisClient("redis");
        builder.Services.AddHostedService<SessionDirectory>();
    }
}
