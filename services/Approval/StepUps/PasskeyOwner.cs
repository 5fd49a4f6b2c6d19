using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Hoop.Contracts.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Hoop.Approval.Storage;

namespace Hoop.Approval.StepUps;

/// <summary>A person as authenticators know them: by a handle that tells nothing (WebAuthn Level 3, section 14.6.1) and fits in 64 bytes.</summary>
internal sealed record PasskeyOwner(string Handle)
{
    public static PasskeyOwner Of(Principal person) =>
        new(Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"hoop passkey {person.Id}"))));
}

/// <summary>A passkey that somebody registered.</summary>
internal sealed class StoredPasskey
{
    public required byte[] CredentialId { get; init; }

    /// <summary>The owner's handle.</summary>
    public required string Owner { get; init; }
    public required string PrincipalId { get; init; }
    public required string Name { get; init; }
    public required PasskeyFacts Facts { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>What the authenticator told of it. The public key is no secret.</summary>
internal sealed record PasskeyFacts(
    byte[] PublicKey, uint SignCount, string[]? Transports, bool UserVerified, bool BackupEligible, bool BackedUp, byte[] Attestation, byte[] ClientData);

internal sealed class PasskeyMap : IEntityTypeConfiguration<StoredPasskey>
{
    public void Configure(EntityTypeBuilder<StoredPasskey> builder)
    {
        builder.ToTable("passkeys").HasKey(x => x.CredentialId);
        builder.Property(x => x.CredentialId).HasColumnName("credential_id").ValueGeneratedNever();
        builder.Property(x => x.Owner).HasColumnName("owner");
        builder.Property(x => x.PrincipalId).HasColumnName("principal_id");
        builder.Property(x => x.Name).HasColumnName("name");
        builder.Property(x => x.Facts).HasColumnName("facts").AsJson();
        builder.Property(x => x.CreatedAt).HasColumnName("created_at");
        builder.Property(x => x.LastUsedAt).HasColumnName("last_used_at");
    }
}
