using Hoop.Approval.Expiry;
using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using MassTransit;

namespace Hoop.Approval.Reviews;

/// <summary>The review of an emergency: open until others than its author have looked at it. The verbs are in <see cref="ReviewVerbs"/>.</summary>
internal sealed class ReviewMachine : MassTransitStateMachine<ReviewState>
{
    public ReviewMachine()
    {
        InstanceState(x => x.CurrentState);

        Event(() => GlassBroken, e => e.CorrelateById(m => m.Message.RequestId));
        Event(() => VerdictCast, e => e.CorrelateById(m => m.Message.RequestId).OnMissingInstance(m => m.ExecuteAsync(x => x.RefuseUnknownReview())));
        // Told of rows that are there.
        Event(() => Overdue, e => e.CorrelateById(m => m.Message.RequestId).OnMissingInstance(m => m.Discard()));

        Initially(
            When(GlassBroken).Open().TransitionTo(Open));

        During(Open,
            Ignore(GlassBroken),
            When(VerdictCast)
                .Judge()
                .If(x => x.IsComplete(), x => x.TransitionTo(Reviewed).Close())
                .ReplyToReviewer(),
            When(Overdue).Alarm());

        During(Reviewed,
            Ignore(GlassBroken),
            Ignore(Overdue),
            When(VerdictCast).Judge().ReplyToReviewer());
    }

    public State Open { get; private set; } = null!;
    public State Reviewed { get; private set; } = null!;

    public Event<EmergencyAccessUsed> GlassBroken { get; private set; } = null!;
    public Event<CastReview> VerdictCast { get; private set; } = null!;
    public Event<ReviewTimeReached> Overdue { get; private set; } = null!;
}

/// <summary>The saga's queue. Its state and what it says are one database transaction, see <see cref="SagaRepository{TState}"/>.</summary>
internal sealed class ReviewDefinition : SagaDefinition<ReviewState>
{
    public ReviewDefinition()
    {
        EndpointName = "reviews";
        ConcurrentMessageLimit = 4;
    }

    protected override void ConfigureSaga(IReceiveEndpointConfigurator endpointConfigurator, ISagaConfigurator<ReviewState> sagaConfigurator, IRegistrationContext context) =>
        endpointConfigurator.WaitForDatabase();
}
