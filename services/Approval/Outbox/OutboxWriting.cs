using System.Text.Json;
using Hoop.Approval.Storage;
using MassTransit;

namespace Hoop.Approval.Outbox;

/// <summary>How a handler says something: into the transaction it is part of.</summary>
internal static class OutboxWriting
{
    public static void Enqueue<T>(this ApprovalDb db, T message, DateTimeOffset now) where T : class =>
        db.Outbox.Add(new OutboxMessage
        {
            Id = NewId.NextGuid(),
            Type = typeof(T).Name,
            Body = JsonSerializer.Serialize(message, ApprovalDb.Json),
            CreatedAt = now,
        });

    /// <summary>Answers the request being consumed; nothing when it was not a request.</summary>
    public static void EnqueueReply<T>(this ApprovalDb db, ConsumeContext request, T message, DateTimeOffset now) where T : class
    {
        if (request.ResponseAddress is not { } replyTo) return;
        db.Outbox.Add(new OutboxMessage
        {
            Id = NewId.NextGuid(),
            Type = typeof(T).Name,
            Body = JsonSerializer.Serialize(message, ApprovalDb.Json),
            ReplyTo = replyTo.ToString(),
            RequestId = request.RequestId,
            ConversationId = request.ConversationId,
            CreatedAt = now,
        });
    }
}
