using Hoop.Approval.Storage;
using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Saga;

/// <summary>One transaction per message: inbox, locked row, state, outbox. Redelivered messages end at the inbox.</summary>
internal sealed class SagaRepository<TState>(IDbContextFactory<ApprovalDb> databases, TimeProvider clock) : ISagaRepositoryContextFactory<TState>
    where TState : class, SagaStateMachineInstance
{
    public async Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TState, T>> next) where T : class
    {
        var cancel = context.CancellationToken;
        var now = clock.GetUtcNow().Whole();
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (context.MessageId is { } id && !await db.TryEnterInboxAsync(id, now, cancel)) return;
        await next.Send(new LockedSaga<TState, T>(db, new Moment(now), context));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TState> query, IPipe<SagaRepositoryQueryContext<TState, T>> next) where T : class =>
        throw new NotSupportedException("Approvals are found by id alone.");

    public void Probe(ProbeContext context) => context.Add("persistence", "approvaldb");
}

internal sealed class LockedSaga<TState, T>(ApprovalDb db, Moment moment, ConsumeContext<T> context)
    : ConsumeContextScope<T>(context, db, moment), SagaRepositoryContext<TState, T> where TState : class, SagaStateMachineInstance where T : class
{
    public async Task<SagaConsumeContext<TState, T>?> Load(Guid correlationId)
    {
        var saga = await FindAsync(correlationId);
        if (saga is null)
        {
            // No row to lock yet: whoever opens the same request at this moment is waited for, then looked at again.
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({correlationId.ToString()}, 0))", CancellationToken);
            saga = await FindAsync(correlationId);
        }
        return saga is null ? null : With(saga);
    }

    public Task<SagaConsumeContext<TState, T>> Add(TState instance) => Task.FromResult(With(instance));

    public Task<SagaConsumeContext<TState, T>> Insert(TState instance)
    {
        db.Set<TState>().Add(instance);
        return Task.FromResult(With(instance));
    }

    public Task Save(SagaConsumeContext<TState> context)
    {
        db.Set<TState>().Add(context.Saga);
        return Task.CompletedTask;
    }

    // The factory saves once, at the end of the transaction.
    public Task Update(SagaConsumeContext<TState> context) => Task.CompletedTask;

    public Task Delete(SagaConsumeContext<TState> context) => throw new NotSupportedException("Approvals are kept.");

    public Task Discard(SagaConsumeContext<TState> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TState> context) => Task.CompletedTask;

    public Task<SagaConsumeContext<TState, TOther>> CreateSagaConsumeContext<TOther>(
        ConsumeContext<TOther> consumeContext, TState instance, SagaConsumeContextMode mode) where TOther : class =>
        Task.FromResult<SagaConsumeContext<TState, TOther>>(new DefaultSagaConsumeContext<TState, TOther>(consumeContext, instance));

    private Task<TState?> FindAsync(Guid id) =>
        db.Set<TState>().FromSqlRaw(Lock, id).SingleOrDefaultAsync(CancellationToken);

    private string Lock => $"SELECT * FROM {db.Model.FindEntityType(typeof(TState))!.GetTableName()} WHERE id = {{0}} FOR UPDATE";

    // This scope, not the context inside it: the database and the moment are found through it.
    private SagaConsumeContext<TState, T> With(TState instance) => new DefaultSagaConsumeContext<TState, T>(this, instance);
}
