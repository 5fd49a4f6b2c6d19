using Hoop.Contracts.Approvals;

namespace Hoop.Ingress.Approvals.Grants;

/// <summary>A window as this Ingress knows it: one object for as long as it is open, so that whoever runs on it hears of its end.</summary>
internal sealed class ActiveGrant(GrantOpened facts)
{
    private readonly CancellationTokenSource revoked = new();
    private volatile GrantEnded? end;
    private long uses;
    private long told;
    private long lastUsed;

    internal GrantOpened Facts => facts;

    /// <summary>Null while it is open, as far as is known.</summary>
    internal GrantEnded? End => end;

    /// <summary>Cancelled when it is taken back: what runs on it must stop. Not when its time is up: what began in it may end.</summary>
    internal CancellationToken Revoked => revoked.Token;

    /// <summary>Under this policy, at this moment.</summary>
    internal bool IsOpen(long policyVersion, DateTimeOffset now) => end is null && facts.PolicyVersion == policyVersion && now < facts.ExpiresAt;

    internal void Close(GrantEnded ended)
    {
        if (Interlocked.CompareExchange(ref end, ended, null) is not null) return;
        if (ended.Cause == Causes.Revoked) revoked.Cancel();
    }

    internal void CountUse(DateTimeOffset now)
    {
        Interlocked.Increment(ref uses);
        Volatile.Write(ref lastUsed, now.UtcTicks);
    }

    /// <summary>Null: nothing new since it was told last.</summary>
    internal GrantUsesCounted? Untold(string userId)
    {
        var count = Volatile.Read(ref uses);
        return count == told ? null : new GrantUsesCounted(facts.GrantId, userId, count, new DateTimeOffset(Volatile.Read(ref lastUsed), TimeSpan.Zero));
    }

    internal void Told(GrantUsesCounted counted) => told = counted.Uses;

    /// <summary>Of <see cref="GrantEnded"/>.</summary>
    internal static class Causes
    {
        internal const string Revoked = "revoked";
        internal const string Expired = "expired";
        internal const string PolicyChanged = "policy-changed";
    }
}
