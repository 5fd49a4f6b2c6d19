using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(SagaRig))]

namespace Hoop.Approval.Tests.Rigs;

/// <summary>Two Approval instances on one database and broker, and an Ingress: shared by all tests, each with requests of its own.</summary>
public sealed class SagaRig : IAsyncLifetime
{
    public ApprovalBroker Broker { get; private set; } = null!;
    public StubWorld World { get; private set; } = null!;
    public ApprovalInstance One { get; private set; } = null!;
    public ApprovalInstance Other { get; private set; } = null!;
    public FakeIngress Ingress { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Broker = await ApprovalBroker.CreateAsync();
        World = await StubWorld.StartAsync();
        One = new ApprovalInstance(Broker, World.Settings);
        Other = new ApprovalInstance(Broker, World.Settings);
        // At once, as two replicas would: both bring the schema up.
        await Task.WhenAll(Task.Run(One.ReadyAsync), Task.Run(Other.ReadyAsync));
        Ingress = await FakeIngress.StartAsync(Broker.RabbitMq);
    }

    /// <summary>Opens a request and waits until it is there.</summary>
    public async Task<ApprovalRequested> OpenAsync(ApprovalRequested? request = null)
    {
        request ??= Samples.Request();
        await Ingress.PublishAsync(request);
        await OpenedAsync(request.RequestId);
        return request;
    }

    public Task OpenedAsync(Guid requestId) =>
        Eventually.SeenAsync(() => Ingress.VoteAsync(new CastVote(requestId, Samples.Agent, true, null)), vote => vote.Code != "not-found");

    public Task<List<DecisionRow>> DecisionsAsync(Guid requestId) =>
        One.DecisionsAsync(requestId);

    public async ValueTask DisposeAsync()
    {
        await Ingress.DisposeAsync();
        await One.DisposeAsync();
        await Other.DisposeAsync();
        await World.DisposeAsync();
    }
}
