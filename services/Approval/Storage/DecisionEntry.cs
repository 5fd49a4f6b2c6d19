using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Hoop.Approval.Storage;

/// <summary>One line of the append-only record of what was decided and by whom.</summary>
internal sealed class DecisionEntry
{
    public long Position { get; init; }
    public required Guid RequestId { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// <c>vote</c>, <c>vote-refused</c>, <c>withdrawal</c>, <c>withdrawal-refused</c>, <c>explanation</c>, <c>explanation-refused</c>, <c>escalated</c>, <c>resolved</c>, <c>used</c>, <c>use-refused</c> or <c>lapsed</c>; of emergencies <c>emergency</c>,
    /// <c>emergency-refused</c>, <c>review</c>, <c>review-refused</c>, <c>review-overdue</c> or <c>reviewed</c>.
    /// </summary>
    public required string Kind { get; init; }
    public string? ActorId { get; init; }
    public string? ActorName { get; init; }
    public required string Code { get; init; }
    public string? Detail { get; init; }
}

internal sealed class DecisionMap : IEntityTypeConfiguration<DecisionEntry>
{
    public void Configure(EntityTypeBuilder<DecisionEntry> builder)
    {
        builder.ToTable("decisions").HasKey(x => x.Position);
        builder.Property(x => x.Position).HasColumnName("position").ValueGeneratedOnAdd();
        builder.Property(x => x.RequestId).HasColumnName("request_id");
        builder.Property(x => x.At).HasColumnName("at");
        builder.Property(x => x.Kind).HasColumnName("kind");
        builder.Property(x => x.ActorId).HasColumnName("actor_id");
        builder.Property(x => x.ActorName).HasColumnName("actor_name");
        builder.Property(x => x.Code).HasColumnName("code");
        builder.Property(x => x.Detail).HasColumnName("detail");
    }
}
