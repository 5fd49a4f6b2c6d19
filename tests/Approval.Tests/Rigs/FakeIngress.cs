using System.Collections.Concurrent;
using Hoop.Contracts.Approvals;
using Hoop.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Hoop.Approval.Tests.Rigs;

/// <summary>The other side of the bus: holds clients, asks, hears resolutions, redeems; and passes on votes.</summary>
public sealed class FakeIngress : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly Heard _heard;

    private FakeIngress(ServiceProvider services) => (_services, _heard) = (services, services.GetRequiredService<Heard>());

    public IBus Bus => _services.GetRequiredService<IBus>();

    public static async Task<FakeIngress> StartAsync(string rabbit)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<Heard>().AddSingleton<Told>().AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConsumer<ResolutionConsumer>().Endpoint(e => { e.Temporary = true; e.InstanceId = "fake-ingress"; });
            bus.AddConsumer<RefreshConsumer>().Endpoint(e => { e.Temporary = true; e.InstanceId = "fake-ingress"; });
            Hear<ApprovalEscalated>(bus);
            Hear<EmergencyAccessUsed>(bus);
            Hear<EmergencyReviewOverdue>(bus);
            Hear<EmergencyReviewed>(bus);
            bus.UsingRabbitMq((context, configure) =>
            {
                configure.Host(new Uri(rabbit));
                configure.ConfigureEndpoints(context);
            });
        }).BuildServiceProvider();
        await services.GetRequiredService<IBusControl>().StartAsync(TimeoutToken(30));
        return new FakeIngress(services);
    }

    public Task PublishAsync<T>(T message, Guid? messageId = null) where T : class =>
        Bus.Publish(message, context => context.MessageId = messageId ?? NewId.NextGuid());

    public async Task<VoteCounted> VoteAsync(CastVote vote) =>
        (await Bus.CreateRequestClient<CastVote>(RequestTimeout.After(s: 20)).GetResponse<VoteCounted>(vote)).Message;

    public async Task<RequesterAnswer> AskAsync<T>(T command) where T : class =>
        (await Bus.CreateRequestClient<T>(RequestTimeout.After(s: 20)).GetResponse<RequesterAnswer>(command)).Message;

    public async Task<ApprovalRedeemed> RedeemAsync(ApprovalRequested request, string? ingressId = null, string? boundTo = null, int seconds = 20) =>
        (await Bus.CreateRequestClient<RedeemApproval>(RequestTimeout.After(s: seconds)).GetResponse<ApprovalRedeemed>(
            new RedeemApproval(request.RequestId, ingressId ?? request.IngressId, boundTo ?? request.BoundTo))).Message;

    public async Task<TAnswer> AskAsync<T, TAnswer>(T command) where T : class where TAnswer : class =>
        (await Bus.CreateRequestClient<T>(RequestTimeout.After(s: 20)).GetResponse<TAnswer>(command)).Message;

    /// <summary>The first fact of this kind that fits, once it was heard.</summary>
    public Task<T> HeardAsync<T>(Func<T, bool> fits) where T : class => Eventually.FoundAsync(() => Task.FromResult(Heards<T>().FirstOrDefault(fits)));

    public IEnumerable<T> Heards<T>() => _services.GetRequiredService<Told>().Facts.OfType<T>();

    public Task<ApprovalResolved> ResolutionAsync(Guid requestId, int seconds = 20) => _heard.FirstAsync(requestId).WaitAsync(TimeSpan.FromSeconds(seconds));

    /// <summary>Somebody wants this request looked at again.</summary>
    public Task<RefreshPreview> RefreshAsync(Guid requestId) => _heard.RefreshAsync(requestId).WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>Every resolution heard so far. Ask after an exchange that the saga handles later than what is counted.</summary>
    public IReadOnlyList<ApprovalResolved> Resolutions(Guid requestId) => _heard.All(requestId);

    public async ValueTask DisposeAsync()
    {
        await _services.GetRequiredService<IBusControl>().StopAsync(TimeoutToken(10));
        await _services.DisposeAsync();
    }

    private static CancellationToken TimeoutToken(int seconds) => new CancellationTokenSource(TimeSpan.FromSeconds(seconds)).Token;

    private static void Hear<T>(IBusRegistrationConfigurator bus) where T : class =>
        bus.AddConsumer<Listener<T>>().Endpoint(e => { e.Temporary = true; e.Name = $"fake-ingress-{typeof(T).Name}"; });

    private sealed class Told
    {
        public ConcurrentQueue<object> Facts { get; } = new();
    }

    private sealed class Listener<T>(Told told) : IConsumer<T> where T : class
    {
        public Task Consume(ConsumeContext<T> context)
        {
            told.Facts.Enqueue(context.Message);
            return Task.CompletedTask;
        }
    }

    private sealed class Heard
    {
        private readonly ConcurrentDictionary<Guid, (TaskCompletionSource<ApprovalResolved> First, ConcurrentQueue<ApprovalResolved> All)> _byId = new();
        private readonly ConcurrentDictionary<Guid, TaskCompletionSource<RefreshPreview>> _refreshes = new();

        public void Add(ApprovalResolved resolved)
        {
            Of(resolved.RequestId).All.Enqueue(resolved);
            Of(resolved.RequestId).First.TrySetResult(resolved);
        }

        public void Add(RefreshPreview command) => Refresh(command.RequestId).TrySetResult(command);

        public Task<RefreshPreview> RefreshAsync(Guid id) => Refresh(id).Task;

        private TaskCompletionSource<RefreshPreview> Refresh(Guid id) =>
            _refreshes.GetOrAdd(id, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

        public Task<ApprovalResolved> FirstAsync(Guid id) => Of(id).First.Task;

        public IReadOnlyList<ApprovalResolved> All(Guid id) => [.. Of(id).All];

        private (TaskCompletionSource<ApprovalResolved> First, ConcurrentQueue<ApprovalResolved> All) Of(Guid id) =>
            _byId.GetOrAdd(id, static _ => (new(TaskCreationOptions.RunContinuationsAsynchronously), new()));
    }

    private sealed class ResolutionConsumer(Heard heard) : IConsumer<ApprovalResolved>
    {
        public Task Consume(ConsumeContext<ApprovalResolved> context)
        {
            heard.Add(context.Message);
            return Task.CompletedTask;
        }
    }

    private sealed class RefreshConsumer(Heard heard) : IConsumer<RefreshPreview>
    {
        public Task Consume(ConsumeContext<RefreshPreview> context)
        {
            heard.Add(context.Message);
            return Task.CompletedTask;
        }
    }
}
