using MassTransit;

namespace Hoop.Ingress.Approvals;

internal static class ApprovalsExtensions
{
    internal static IServiceCollection AddApprovals(this IServiceCollection services) => services
        .AddSingleton<IApprovals, BusApprovals>()
        .AddSingleton<HoldDesk>()
        .AddHostedService<HoldShutdown>();

    /// <summary>Decisions come on a queue of this instance: it outlives a broker restart, so none is missed.</summary>
    internal static void AddApprovalConsumers(this IBusRegistrationConfigurator bus, string ingressId) =>
        bus.AddConsumer<ApprovalResolvedConsumer>().Endpoint(endpoint => endpoint.Name = $"ingress-{ingressId}-approvals");
}

/// <summary>Whoever waits when Ingress stops is told so, and approvers see the request withdrawn.</summary>
internal sealed class HoldShutdown(HoldDesk holds) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => holds.WithdrawAllAsync("shutdown");
}
