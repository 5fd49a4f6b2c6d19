using Hoop.Approval.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Hoop.Approval.Notifications;

/// <summary>One event for one receiver: sent until it arrives or is given up.</summary>
internal sealed class Delivery
{
    public const string Waiting = "waiting";
    public const string Delivered = "delivered";
    public const string GivenUp = "given-up";

    /// <summary>Nobody needs to be asked any more.</summary>
    public const string Outdated = "outdated";

    /// <summary>The id of the message that told of it; the same for every attempt and every receiver.</summary>
    public required Guid EventId { get; init; }
    public required string Receiver { get; init; }
    public required string Event { get; init; }
    public required Guid? RequestId { get; init; }
    public required Notice Notice { get; init; }

    /// <summary>Under which it was queued: a later policy without the receiver ends it.</summary>
    public required long PolicyVersion { get; init; }
    public string State { get; init; } = Waiting;
    public int Attempts { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset NextAt { get; init; }
    public required DateTimeOffset GiveUpAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Never an answer's text, nor an address.</summary>
    public string? LastError { get; init; }
}

internal sealed class DeliveryMap : IEntityTypeConfiguration<Delivery>
{
    public void Configure(EntityTypeBuilder<Delivery> builder)
    {
        builder.ToTable("deliveries").HasKey(x => new { x.EventId, x.Receiver });
        builder.Property(x => x.EventId).HasColumnName("event_id");
        builder.Property(x => x.Receiver).HasColumnName("receiver");
        builder.Property(x => x.Event).HasColumnName("event");
        builder.Property(x => x.RequestId).HasColumnName("request_id");
        builder.Property(x => x.Notice).HasColumnName("notice").AsJson();
        builder.Property(x => x.PolicyVersion).HasColumnName("policy_version");
        builder.Property(x => x.State).HasColumnName("state");
        builder.Property(x => x.Attempts).HasColumnName("attempts");
        builder.Property(x => x.CreatedAt).HasColumnName("created_at");
        builder.Property(x => x.NextAt).HasColumnName("next_at");
        builder.Property(x => x.GiveUpAt).HasColumnName("give_up_at");
        builder.Property(x => x.EndedAt).HasColumnName("ended_at");
        builder.Property(x => x.LastError).HasColumnName("last_error");
    }
}
