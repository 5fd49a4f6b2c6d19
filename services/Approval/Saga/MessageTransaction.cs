using Hoop.Approval.Outbox;
using Hoop.Approval.Storage;
using MassTransit;

namespace Hoop.Approval.Saga;

/// <summary>What every verb has at hand: the message's one transaction and its one moment. Nothing is sent from here.</summary>
internal static class MessageTransaction
{
    public static ApprovalDb Db(this PipeContext x) => x.GetPayload<ApprovalDb>();

    /// <summary>One message, one moment.</summary>
    public static DateTimeOffset Now(this PipeContext x) => x.GetPayload<Moment>().At;

    public static void Say<T>(this PipeContext x, T message) where T : class => x.Db().Enqueue(message, x.Now());

    public static void Reply<T>(this ConsumeContext x, T message) where T : class => x.Db().EnqueueReply(x, message, x.Now());

    public static void Record(
        this ApprovalDb db, Guid requestId, DateTimeOffset now, string kind, string code, string? actorId = null, string? actorName = null, string? detail = null) =>
        db.Decisions.Add(new DecisionEntry
        {
            RequestId = requestId,
            At = now,
            Kind = kind,
            Code = code,
            ActorId = actorId,
            ActorName = actorName,
            Detail = detail,
        });

    /// <summary>In whole microseconds, as the database keeps times.</summary>
    public static DateTimeOffset Whole(this DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}

/// <summary>When a message was taken up; whole microseconds.</summary>
internal sealed record Moment(DateTimeOffset At);
