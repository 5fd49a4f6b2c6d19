using Hoop.Contracts.Approvals;
using Hoop.Ingress.Approvals.Grants;
using Hoop.Ingress.Sessions;
using Hoop.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Approvals;

internal static class ApprovalsExtensions
{
    internal static void AddApprovals(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IApprovals, BusApprovals>();
        builder.Services.AddSingleton<HoldDesk>();
        builder.Services.AddOptions<GrantOptions>().BindConfiguration(GrantOptions.Section)
            .Validate(grants => grants.Refresh > TimeSpan.Zero && grants.Contact > grants.Refresh, $"Set {GrantOptions.Section}:Contact to more than {GrantOptions.Section}:Refresh.").ValidateOnStart();
        builder.Services.AddSingleton<GrantBook>();
        builder.Services.AddSingleton<GrantUses>();
        builder.Services.AddSingleton<GrantDesk>();
        builder.Services.AddHostedService<GrantFeed>();
        builder.Services.AddHostedService<GrantUsesTeller>();
        builder.AddAnnouncer<IngressStarted>();
        builder.Services.AddHostedService<HoldLifetime>();
    }

    /// <summary>Decisions come on a queue of this instance: it outlives a broker restart, so none is missed.</summary>
    internal static void AddApprovalConsumers(this IBusRegistrationConfigurator bus, string ingressId)
    {
        bus.AddConsumer<ApprovalResolvedConsumer>().Endpoint(endpoint => endpoint.Name = $"ingress-{ingressId}-approvals");
        bus.AddOwnQueueConsumer<GrantOpenedConsumer>($"ingress-{ingressId}-grants-opened");
        bus.AddOwnQueueConsumer<GrantEndedConsumer>($"ingress-{ingressId}-grants-ended");
        bus.AddConsumer<RefreshPreviewConsumer>().Endpoint(endpoint => endpoint.Name = $"ingress-{ingressId}-approvals");
    }
}

/// <summary>At the start nothing waits here any more, and everybody is told; at the end whoever waits is told, and approvers see it withdrawn.</summary>
internal sealed class HoldLifetime(HoldDesk holds, Announcer<IngressStarted> announcer, IOptions<GateOptions> options, TimeProvider clock) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        announcer.Announce(new IngressStarted(options.Value.IngressId, clock.GetUtcNow()));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => holds.WithdrawAllAsync("shutdown");
}
