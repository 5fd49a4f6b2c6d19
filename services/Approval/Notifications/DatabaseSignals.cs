namespace Hoop.Approval.Notifications;

/// <summary>What the database tells this instance: something changed, whoever changed it.</summary>
internal sealed class DatabaseSignals
{
    /// <summary>Rows wait in the outbox.</summary>
    public Signal OutboxFilled { get; } = new();

    /// <summary>Something is to be delivered.</summary>
    public Signal DeliveriesFilled { get; } = new();

    /// <summary>An approval was opened or changed; null when any may have (after a lost connection). Raised on the listening task: return at once.</summary>
    public event Action<Guid?>? ApprovalChanged;

    /// <summary>A sign-in to the portal ended, at whatever instance; null when any may have. Raised as the other.</summary>
    public event Action<Guid?>? SignedOut;

    public void RaiseSignedOut(Guid? signIn) => SignedOut?.Invoke(signIn);

    public void RaiseApprovalChanged(Guid? requestId) => ApprovalChanged?.Invoke(requestId);
}

/// <summary>Wakes one waiter; setting it twice wakes once.</summary>
internal sealed class Signal
{
    private readonly SemaphoreSlim _set = new(0, 1);

    public void Set()
    {
        lock (_set)
        {
            if (_set.CurrentCount == 0) _set.Release();
        }
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancel) => _set.WaitAsync(atMost, cancel);
}
