using Hoop.Contracts.Approvals;
using MassTransit;

namespace Hoop.Ingress.Approvals.Grants;

/// <summary>On a queue of this process alone: every Ingress hears of every window.</summary>
public sealed class GrantOpenedConsumer(GrantBook book) : IConsumer<GrantOpened>
{
    public Task Consume(ConsumeContext<GrantOpened> context)
    {
        book.Open(context.Message);
        return Task.CompletedTask;
    }
}

/// <inheritdoc cref="GrantOpenedConsumer"/>
public sealed class GrantEndedConsumer(GrantBook book) : IConsumer<GrantEnded>
{
    public Task Consume(ConsumeContext<GrantEnded> context)
    {
        book.End(context.Message);
        return Task.CompletedTask;
    }
}
