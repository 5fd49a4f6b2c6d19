using Hoop.Approval.Storage;
using Hoop.Contracts.Approvals;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Grants;

/// <summary>Keeps count. A telling that comes twice or late changes nothing, since counts only grow.</summary>
internal sealed class GrantUsesConsumer(IDbContextFactory<ApprovalDb> databases) : IConsumer<GrantUsesCounted>
{
    public async Task Consume(ConsumeContext<GrantUsesCounted> context)
    {
        var said = context.Message;
        await using var db = await databases.CreateDbContextAsync(context.CancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO grant_uses VALUES ({said.GrantId}, {said.UserId}, {said.Uses}, {said.LastAt.ToUniversalTime()})
            ON CONFLICT (grant_id, user_id) DO UPDATE
            SET uses = greatest(grant_uses.uses, excluded.uses), last_at = greatest(grant_uses.last_at, excluded.last_at)
            """, context.CancellationToken);
    }
}
