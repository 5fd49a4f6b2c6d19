using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Sessions;

/// <summary>Every Ingress hears that a session is to end; the one that holds it ends it and says so.</summary>
public sealed class KillSessionConsumer(Gate gate, IOptions<GateOptions> options) : IConsumer<KillSession>
{
    public async Task Consume(ConsumeContext<KillSession> context)
    {
        var command = context.Message;
        if (gate.Find(command.SessionId) is not { } session) return;
        if (await session.KillAsync(new SessionKill(command.By, command.ById, command.Reason), context.CancellationToken))
            await context.RespondAsync(new SessionKilled(command.SessionId, options.Value.IngressId)).Until(context.CancellationToken);
    }
}
