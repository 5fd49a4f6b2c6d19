using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Hoop.Approval.Tests.Rigs;

/// <summary>Where in a message's handling it ends as if the process had died there.</summary>
public enum CrashAt { BeforeSaving, BeforeCommit, AfterCommit, AfterSending }

/// <summary>Lets the next handling of a saga's message, or the outbox's next sending, end at a point, once.</summary>
public sealed class CrashPoint : DbTransactionInterceptor, ISaveChangesInterceptor, IDbCommandInterceptor
{
    private int _armed = -1;

    public void Arm(CrashAt at) => Volatile.Write(ref _armed, (int)at);

    public bool IsSpent => Volatile.Read(ref _armed) < 0;

    public ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        Crash(CrashAt.BeforeSaving, result);

    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        Crash(CrashAt.BeforeCommit, result);

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
        Crash(CrashAt.AfterCommit, true).AsTask();

    public ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        command.CommandText.StartsWith("DELETE FROM outbox", StringComparison.Ordinal) ? Crash(CrashAt.AfterSending, result) : ValueTask.FromResult(result);

    private ValueTask<T> Crash<T>(CrashAt here, T result) =>
        Interlocked.CompareExchange(ref _armed, -1, (int)here) == (int)here
            ? throw new IOException($"crashed on purpose: {here}")
            : ValueTask.FromResult(result);
}
