using Hoop.Approval.Storage;
using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Saga;

/// <summary>One transaction per message: inbox, locked row, state, outbox. Redelivered messages end at the inbox.</summary>
internal sealed class ApprovalRepository(IDbContextFactory<ApprovalDb> databases, TimeProvider clock) : ISagaRepositoryContextFactory<ApprovalState>
{
    public async Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<ApprovalState, T>> next) where T : class
    {
        var cancel = context.CancellationToken;
        var now = clock.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (context.MessageId is { } id && !await db.TryEnterInboxAsync(id, now, cancel)) return;
        await next.Send(new ApprovalRepositoryContext<T>(db, new Moment(now), context));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<ApprovalState> query, IPipe<SagaRepositoryQueryContext<ApprovalState, T>> next) where T : class =>
        throw new NotSupportedException("Approvals are found by id alone.");

    public void Probe(ProbeContext context) => context.Add("persistence", "approvaldb");
}

internal sealed class ApprovalRepositoryContext<T>(ApprovalDb db, Moment moment, ConsumeContext<T> context)
    : ConsumeContextScope<T>(context, db, moment), SagaRepositoryContext<ApprovalState, T> where T : class
{
    public async Task<SagaConsumeContext<ApprovalState, T>?> Load(Guid correlationId)
    {
        var approval = await FindAsync(correlationId);
        if (approval is null)
        {
            // No row to lock yet: whoever opens the same request at this moment is waited for, then looked at again.
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({correlationId.ToString()}, 0))", CancellationToken);
            approval = await FindAsync(correlationId);
        }
        return approval is null ? null : With(approval);
    }

    public Task<SagaConsumeContext<ApprovalState, T>> Add(ApprovalState instance) => Task.FromResult(With(instance));

    public Task<SagaConsumeContext<ApprovalState, T>> Insert(ApprovalState instance)
    {
        db.Approvals.Add(instance);
        return Task.FromResult(With(instance));
    }

    public Task Save(SagaConsumeContext<ApprovalState> context)
    {
        db.Approvals.Add(context.Saga);
        return Task.CompletedTask;
    }

    // The factory saves once, at the end of the transaction.
    public Task Update(SagaConsumeContext<ApprovalState> context) => Task.CompletedTask;

    public Task Delete(SagaConsumeContext<ApprovalState> context) => throw new NotSupportedException("Approvals are kept.");

    public Task Discard(SagaConsumeContext<ApprovalState> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<ApprovalState> context) => Task.CompletedTask;

    public Task<SagaConsumeContext<ApprovalState, TOther>> CreateSagaConsumeContext<TOther>(
        ConsumeContext<TOther> consumeContext, ApprovalState instance, SagaConsumeContextMode mode) where TOther : class =>
        Task.FromResult<SagaConsumeContext<ApprovalState, TOther>>(new DefaultSagaConsumeContext<ApprovalState, TOther>(consumeContext, instance));

    private Task<ApprovalState?> FindAsync(Guid id) =>
        db.Approvals.FromSql($"SELECT * FROM approvals WHERE id = {id} FOR UPDATE").SingleOrDefaultAsync(CancellationToken);

    // This scope, not the context inside it: the database and the moment are found through it.
    private SagaConsumeContext<ApprovalState, T> With(ApprovalState instance) => new DefaultSagaConsumeContext<ApprovalState, T>(this, instance);
}
