using Hoop.Approval.Requirements;
using Hoop.Approval.Saga;
using Hoop.Approval.Storage;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Documents;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Notifications;

/// <summary>Hears what happened, on a queue of its own, and writes down whom to tell. Nothing here is waited for by a hold.</summary>
internal sealed class NotificationConsumer(
    IDbContextFactory<ApprovalDb> databases, HoopDocuments documents, DeliveryQueue queue, IConfiguration configuration, TimeProvider clock, ILogger<NotificationConsumer> logger) :
    IConsumer<ApprovalOpened>, IConsumer<ApprovalResolved>, IConsumer<ApprovalEscalated>, IConsumer<GrantOpened>, IConsumer<GrantEnded>,
    IConsumer<EmergencyAccessUsed>, IConsumer<EmergencyReviewOverdue>, IConsumer<EmergencyReviewed>
{
    public Task Consume(ConsumeContext<ApprovalOpened> x) => TellAsync(x, NotificationEvents.RequestOpened, x.Message.RequestId, x.Message.At, notice => notice);

    public Task Consume(ConsumeContext<ApprovalResolved> x) => TellAsync(x, NotificationEvents.RequestResolved, x.Message.RequestId, x.Message.At, notice => notice with
    {
        Outcome = x.Message.Outcome.ToString().ToLowerInvariant(), DecidedBy = x.Message.DecidedBy, Said = x.Message.Reason,
    });

    public Task Consume(ConsumeContext<ApprovalEscalated> x) => TellAsync(x, NotificationEvents.RequestEscalated, x.Message.RequestId, x.Message.At, notice => notice with { To = x.Message.To });

    public Task Consume(ConsumeContext<GrantOpened> x) => TellAsync(x, NotificationEvents.GrantOpened, x.Message.GrantId, x.Message.OpenedAt, notice => notice with
    {
        DecidedBy = x.Message.GrantedBy, ExpiresAt = x.Message.ExpiresAt,
    });

    public Task Consume(ConsumeContext<GrantEnded> x) => TellAsync(x, NotificationEvents.GrantEnded, x.Message.GrantId, x.Message.At, notice => notice with
    {
        Outcome = x.Message.Cause, DecidedBy = x.Message.By is { } by ? [by] : [], Said = x.Message.Reason,
    });

    public Task Consume(ConsumeContext<EmergencyAccessUsed> x) => TellAsync(x, NotificationEvents.EmergencyUsed, x.Message.RequestId, x.Message.At, notice => notice);

    public Task Consume(ConsumeContext<EmergencyReviewOverdue> x) => TellAsync(x, NotificationEvents.EmergencyOverdue, x.Message.RequestId, x.Message.At, notice => notice with
    {
        Missing = x.Message.Missing, ExpiresAt = null,
    });

    public Task Consume(ConsumeContext<EmergencyReviewed> x) => TellAsync(x, NotificationEvents.EmergencyReviewed, x.Message.RequestId, x.Message.At, notice => notice with
    {
        Outcome = x.Message.Justified ? "justified" : "not-justified", DecidedBy = x.Message.ReviewedBy,
    });

    private async Task TellAsync(ConsumeContext context, string what, Guid requestId, DateTimeOffset at, Func<Notice, Notice> more)
    {
        if (documents.Current is not { } document)
        {
            // Before any policy was ever known nothing can have been asked for.
            logger.NobodyKnown(what, requestId);
            return;
        }
        if (!document.Notifications.Any(receiver => receiver.Hears(what))) return;
        await using var db = await databases.CreateDbContextAsync(context.CancellationToken);
        // Told of rows that are committed.
        if (await db.Approvals.AsNoTracking().SingleOrDefaultAsync(approval => approval.CorrelationId == requestId, context.CancellationToken) is not { } approval) return;
        var notice = more(Notice.Of(what, at, approval, PortalUrl, clock.GetUtcNow()));
        var told = document.Notifications.Where(receiver => receiver.Hears(what) && receiver.IsFor(approval))
            .Select(receiver => (receiver.Name, receiver.Reasons ? notice : notice.WithoutWords()));
        await queue.AddAsync(context.MessageId ?? throw new InvalidOperationException($"A message of {what} has no id."), told, document.Version, context.CancellationToken);
    }

    private string PortalUrl => configuration["Hoop:PortalUrl"]?.TrimEnd('/') ?? "";
}

/// <summary>Which receiver is told what.</summary>
internal static class Hearing
{
    public static bool Hears(this ReceiverDocument receiver, string what) => receiver.Events.Contains(what) || receiver.Events.Contains("*");

    public static bool IsFor(this ReceiverDocument receiver, ApprovalState approval) =>
        (receiver.Targets is not { } targets || targets.Contains(approval.Request.Target))
        && (receiver.Roles.Count == 0 || Concerned.RolesOf(approval.Request).Any(receiver.Roles.Contains));
}

/// <summary>A queue of its own: what is slow here holds up nobody else.</summary>
internal sealed class NotificationConsumerDefinition : ConsumerDefinition<NotificationConsumer>
{
    public NotificationConsumerDefinition()
    {
        EndpointName = "notifications";
        ConcurrentMessageLimit = 4;
    }

    protected override void ConfigureConsumer(IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<NotificationConsumer> consumerConfigurator, IRegistrationContext context) =>
        endpointConfigurator.WaitForDatabase();
}
