using MassTransit;

namespace Hoop.Approval.Saga;

/// <summary>The saga's queue. Its state and what it says are one database transaction, see <see cref="SagaRepository{TState}"/>.</summary>
internal sealed class ApprovalDefinition : SagaDefinition<ApprovalState>
{
    public ApprovalDefinition()
    {
        EndpointName = "approvals";
        ConcurrentMessageLimit = 16;
    }

    protected override void ConfigureSaga(IReceiveEndpointConfigurator endpointConfigurator, ISagaConfigurator<ApprovalState> sagaConfigurator, IRegistrationContext context) =>
        endpointConfigurator.WaitForDatabase();
}
