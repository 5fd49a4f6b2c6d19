using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Hoop.Approval.Outbox;

/// <summary>A message to send once the transaction that wrote it is committed.</summary>
internal sealed class OutboxMessage
{
    public long Position { get; init; }

    /// <summary>Becomes the MessageId, so that a message sent twice is known as one.</summary>
    public required Guid Id { get; init; }

    /// <summary>A name of <see cref="OutboxTypes"/>.</summary>
    public required string Type { get; init; }
    public required string Body { get; init; }

    /// <summary>Null: published; else a reply.</summary>
    public string? ReplyTo { get; init; }
    public Guid? RequestId { get; init; }
    public Guid? ConversationId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class OutboxMap : IEntityTypeConfiguration<OutboxMessage>
{
    public void Configure(EntityTypeBuilder<OutboxMessage> builder)
    {
        builder.ToTable("outbox").HasKey(x => x.Position);
        builder.Property(x => x.Position).HasColumnName("position").ValueGeneratedOnAdd();
        builder.Property(x => x.Id).HasColumnName("id");
        builder.Property(x => x.Type).HasColumnName("type");
        builder.Property(x => x.Body).HasColumnName("body").HasColumnType("json");
        builder.Property(x => x.ReplyTo).HasColumnName("reply_to");
        builder.Property(x => x.RequestId).HasColumnName("request_id");
        builder.Property(x => x.ConversationId).HasColumnName("conversation_id");
        builder.Property(x => x.CreatedAt).HasColumnName("created_at");
    }
}
