using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults;
using MassTransit;

namespace Hoop.Audit.Admin;

/// <summary>What the other services' people did: stored, then answered. Until then it stays on the other service's disk.</summary>
internal sealed class AdminActionsConsumer(AdminChain chain) : IConsumer<RecordAdminActions>
{
    public async Task Consume(ConsumeContext<RecordAdminActions> context)
    {
        await chain.RecordAsync(context.Message.Actions, context.CancellationToken);
        await context.RespondAsync(new AdminActionsRecorded(context.Message.Actions.Count)).Until(context.CancellationToken);
    }
}

internal sealed class AdminActionsDefinition : ConsumerDefinition<AdminActionsConsumer>
{
    public AdminActionsDefinition() => ConcurrentMessageLimit = 1;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<AdminActionsConsumer> consumerConfigurator, IRegistrationContext context) =>
        endpointConfigurator.DiscardFaultedMessages();
}
