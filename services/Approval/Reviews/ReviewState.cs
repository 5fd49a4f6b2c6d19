using Hoop.Approval.Saga;
using Hoop.Approval.Storage;
using Hoop.Contracts.Approvals;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Hoop.Approval.Reviews;

/// <summary>An emergency that others look at afterwards. The saga's row.</summary>
public sealed class ReviewState : SagaStateMachineInstance
{
    /// <summary>The request's id.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>A state's name of <see cref="ReviewMachine"/>.</summary>
    public string CurrentState { get; set; } = "";

    public EmergencyAccessUsed Emergency { get; set; } = null!;

    /// <summary>Verdicts; to approve is to find it justified.</summary>
    public IReadOnlyList<Vote> Votes { get; set; } = [];

    public DateTimeOffset OpenedAt { get; set; }

    /// <summary>The next time at which it is overdue.</summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>Whether every reviewer found it so; null while open.</summary>
    public bool? Justified { get; set; }
    public DateTimeOffset? ClosedAt { get; set; }
}

internal sealed class ReviewMap : IEntityTypeConfiguration<ReviewState>
{
    public void Configure(EntityTypeBuilder<ReviewState> builder)
    {
        builder.ToTable("reviews").HasKey(x => x.CorrelationId);
        builder.Property(x => x.CorrelationId).HasColumnName("id").ValueGeneratedNever();
        builder.Property(x => x.CurrentState).HasColumnName("state");
        builder.Property(x => x.Emergency).HasColumnName("emergency").AsJson();
        builder.Property(x => x.Votes).HasColumnName("votes").AsJson();
        builder.Property(x => x.OpenedAt).HasColumnName("opened_at");
        builder.Property(x => x.DueAt).HasColumnName("due_at");
        builder.Property(x => x.Justified).HasColumnName("justified");
        builder.Property(x => x.ClosedAt).HasColumnName("closed_at");
    }
}
