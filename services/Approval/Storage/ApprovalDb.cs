using System.Runtime.CompilerServices;
using System.Text.Json;
using Hoop.Approval.Grants;
using Hoop.Approval.Notifications;
using Hoop.Approval.Outbox;
using Hoop.Approval.Reviews;
using Hoop.Approval.Saga;
using Hoop.Approval.StepUps;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Hoop.Approval.Storage;

/// <summary>The service's own database. <c>Schema.sql</c> makes the tables; the maps here follow it.</summary>
internal sealed class ApprovalDb(DbContextOptions<ApprovalDb> options) : DbContext(options)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public DbSet<ApprovalState> Approvals => Set<ApprovalState>();
    public DbSet<ReviewState> Reviews => Set<ReviewState>();
    public DbSet<StoredPasskey> Passkeys => Set<StoredPasskey>();
    public DbSet<OutboxMessage> Outbox => Set<OutboxMessage>();
    public DbSet<DecisionEntry> Decisions => Set<DecisionEntry>();
    public DbSet<GrantState> Grants => Set<GrantState>();
    public DbSet<GrantUse> GrantUses => Set<GrantUse>();
    public DbSet<Delivery> Deliveries => Set<Delivery>();

    /// <summary>False when this message was handled before; waits for a rival that is handling it now.</summary>
    public async Task<bool> TryEnterInboxAsync(Guid messageId, DateTimeOffset now, CancellationToken cancel) =>
        await Database.ExecuteSqlAsync($"INSERT INTO inbox VALUES ({messageId}, {now}) ON CONFLICT DO NOTHING", cancel) == 1;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfiguration(new ApprovalMap());
        modelBuilder.ApplyConfiguration(new ReviewMap());
        modelBuilder.ApplyConfiguration(new PasskeyMap());
        modelBuilder.ApplyConfiguration(new OutboxMap());
        modelBuilder.ApplyConfiguration(new DecisionMap());
        modelBuilder.ApplyConfiguration(new GrantMap());
        modelBuilder.ApplyConfiguration(new GrantUseMap());
        modelBuilder.ApplyConfiguration(new DeliveryMap());
    }
}

internal static class JsonColumn
{
    /// <summary>Maps an immutable value to a json column; a change is a new value.</summary>
    public static PropertyBuilder<T> AsJson<T>(this PropertyBuilder<T> property) where T : class? =>
        property.HasColumnType("json").HasConversion(
            value => JsonSerializer.Serialize(value, ApprovalDb.Json),
            text => JsonSerializer.Deserialize<T>(text, ApprovalDb.Json)!,
            new ValueComparer<T>((a, b) => ReferenceEquals(a, b), value => RuntimeHelpers.GetHashCode(value), value => value));
}
