using Hoop.Contracts.Approvals;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Hoop.Approval.Storage;

namespace Hoop.Approval.Grants;

/// <summary>A window that people granted. A single use needs no row: its request's own state says all of it.</summary>
internal sealed class GrantState
{
    public const string Active = "active";
    public const string Revoked = "revoked";
    public const string Expired = "expired";
    public const string PolicyChanged = "policy-changed";

    /// <summary>The request's id.</summary>
    public required Guid Id { get; init; }
    public required GrantOpened Facts { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
    public required long PolicyVersion { get; init; }

    /// <summary><see cref="Active"/>, or why it ended.</summary>
    public string State { get; set; } = Active;
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Ends it; what is to be told of it.</summary>
    public GrantEnded End(string state, DateTimeOffset now, string? by = null, string? reason = null)
    {
        (State, EndedAt) = (state, now);
        return new GrantEnded(Id, state, by, reason, now);
    }
}

internal sealed class GrantMap : IEntityTypeConfiguration<GrantState>
{
    public void Configure(EntityTypeBuilder<GrantState> builder)
    {
        builder.ToTable("grants").HasKey(x => x.Id);
        builder.Property(x => x.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(x => x.Facts).HasColumnName("facts").AsJson();
        builder.Property(x => x.ExpiresAt).HasColumnName("expires_at");
        builder.Property(x => x.PolicyVersion).HasColumnName("policy_version");
        builder.Property(x => x.State).HasColumnName("state");
        builder.Property(x => x.EndedAt).HasColumnName("ended_at");
    }
}

/// <summary>How often one Ingress process used a window.</summary>
internal sealed class GrantUse
{
    public required Guid GrantId { get; init; }
    public required string UserId { get; init; }
    public required long Uses { get; set; }
    public required DateTimeOffset LastAt { get; set; }
}

internal sealed class GrantUseMap : IEntityTypeConfiguration<GrantUse>
{
    public void Configure(EntityTypeBuilder<GrantUse> builder)
    {
        builder.ToTable("grant_uses").HasKey(x => new { x.GrantId, x.UserId });
        builder.Property(x => x.GrantId).HasColumnName("grant_id");
        builder.Property(x => x.UserId).HasColumnName("user_id");
        builder.Property(x => x.Uses).HasColumnName("uses");
        builder.Property(x => x.LastAt).HasColumnName("last_at");
    }
}
