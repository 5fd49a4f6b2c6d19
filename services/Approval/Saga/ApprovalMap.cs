using Hoop.Approval.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Hoop.Approval.Saga;

internal sealed class ApprovalMap : IEntityTypeConfiguration<ApprovalState>
{
    public void Configure(EntityTypeBuilder<ApprovalState> builder)
    {
        builder.ToTable("approvals").HasKey(x => x.CorrelationId);
        builder.Property(x => x.CorrelationId).HasColumnName("id").ValueGeneratedNever();
        builder.Property(x => x.CurrentState).HasColumnName("state");
        builder.Property(x => x.Request).HasColumnName("request").AsJson();
        builder.Property(x => x.Votes).HasColumnName("votes").AsJson();
        builder.Property(x => x.Explanations).HasColumnName("explanations").AsJson();
        builder.Property(x => x.RequesterId).HasColumnName("requester_id");
        builder.Property(x => x.SessionId).HasColumnName("session_id");
        builder.Property(x => x.ApproverGroups).HasColumnName("approver_groups");
        builder.Property(x => x.ApproverPeople).HasColumnName("approver_people");
        builder.Property(x => x.RequestedAt).HasColumnName("requested_at");
        builder.Property(x => x.ExpiresAt).HasColumnName("expires_at");
        builder.Property(x => x.EstimatedRows).HasColumnName("estimated_rows");
        builder.Property(x => x.Plan).HasColumnName("plan");
        builder.Property(x => x.Preview!).HasColumnName("preview").AsJson();
        builder.Property(x => x.Outcome).HasColumnName("outcome").HasConversion<string>();
        builder.Property(x => x.Reason).HasColumnName("reason");
        builder.Property(x => x.ResolvedAt).HasColumnName("resolved_at");
        builder.Property(x => x.EndedAt).HasColumnName("ended_at");
        builder.Property(x => x.ExpiryToldAt).HasColumnName("expiry_told_at");
        builder.Property(x => x.BoundTo).HasColumnName("bound_to");
        builder.Property(x => x.ClientLostAt).HasColumnName("client_lost_at");
        builder.Property(x => x.PassedTo).HasColumnName("passed_to");
        builder.Property(x => x.TakenFrom).HasColumnName("taken_from");
        builder.Property(x => x.Result).HasColumnName("result").AsJson();
        builder.Property(x => x.Revocation).HasColumnName("revocation").AsJson();
        builder.Property(x => x.EscalatesAt).HasColumnName("escalates_at");
    }
}
