using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Catalog;

/// <summary>
/// One target's changes of names that are under way, and the statements beside them. A statement was judged by what its names stood for, and the server looks them up when it has
/// their locks, which may be long after: of a statement and a change about the same names, one waits until the other is over.
/// </summary>
/// <param name="names">The catalog as last read.</param>
/// <param name="ended">A change is over.</param>
internal sealed class NameClaims(TimeProvider clock, Func<CatalogSnapshot> names, Action ended)
{
    /// <summary>Changes that were over lately: who was judged before older ones is judged again.</summary>
    private const int MostKept = 256;

    private readonly Lock gate = new();
    private readonly Func<CatalogSnapshot> names = names;
    private readonly List<Change> open = [];
    private readonly Queue<Change> over = new();
    private readonly Dictionary<INamesUse, object> uses = [];
    private long count;
    private TaskCompletionSource? turn;
    private int waiting;
    private volatile int changing;

    /// <summary>How many are over.</summary>
    public long Count => Volatile.Read(ref count);

    /// <summary>Somebody is changing names until this is disposed.</summary>
    /// <param name="session">Whose statements come one after the other, and before or after the change.</param>
    public Change Begin(object session)
    {
        var change = new Change(this, session);
        lock (gate)
        {
            open.Add(change);
            changing = open.Count;
        }

        return change;
    }

    /// <summary>How many are over; null while somebody else's may be committed at any moment.</summary>
    /// <param name="own">The asker's, which it sees as it is.</param>
    public long? Settled(Change? own)
    {
        lock (gate)
        {
            foreach (var change in open)
            {
                if (change != own && change.MayCommit) return null;
            }

            return count;
        }
    }

    /// <summary>No change of others is about what a statement names.</summary>
    public bool IsFree(INamesUse use, object session)
    {
        lock (gate) return !Changes(use, session);
    }

    /// <summary>Waits until no change of others is about what a statement names.</summary>
    public ValueTask UnchangingAsync(INamesUse use, object session, TimeSpan patience, CancellationToken cancel) =>
        WaitAsync(() => Changes(use, session), patience, cancel);

    /// <summary>Waits until no statement of others is under way that names what a change is about; those that come later wait for it.</summary>
    public ValueTask UnusedAsync(Change change, TimeSpan patience, CancellationToken cancel) => WaitAsync(() => Uses(change), patience, cancel);

    /// <summary>Whether there is one.</summary>
    public bool IsUsed(Change change)
    {
        lock (gate) return Uses(change);
    }

    /// <summary>It is about to be sent.</summary>
    /// <param name="since"><see cref="Count"/> when it was judged.</param>
    /// <returns>False: its names are changing, or changed since.</returns>
    public bool TryUse(INamesUse use, object session, long since)
    {
        lock (gate)
        {
            if (count - since > over.Count || Changes(use, session)) return false;
            if (count > since && ChangedLast((int)(count - since), use, session)) return false;
            uses[use] = session;
            return true;
        }
    }

    public void EndUse(INamesUse use)
    {
        lock (gate)
        {
            if (uses.Remove(use)) Turn();
        }
    }

    /// <summary>Somebody waits.</summary>
    public bool Waiting => Volatile.Read(ref waiting) > 0;

    /// <summary>Nobody is changing anything.</summary>
    public bool IsIdle => changing == 0;

    // For every statement: without a closure.
    private bool Changes(INamesUse use, object session)
    {
        foreach (var change in open)
        {
            if (change.Session != session && change.Meets(use)) return true;
        }

        return false;
    }

    private bool ChangedLast(int number, INamesUse use, object session) => over.Skip(over.Count - number).Any(change => change.Session != session && change.Concerns(use));

    private bool Uses(Change change) => uses.Any(use => use.Value != change.Session && change.Meets(use.Key));

    private async ValueTask WaitAsync(Func<bool> taken, TimeSpan patience, CancellationToken cancel)
    {
        var since = clock.GetTimestamp();
        try
        {
            Interlocked.Increment(ref waiting);
            while (true)
            {
                Task next;
                lock (gate)
                {
                    if (!taken()) return;
                    next = (turn ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                }

                var left = patience - clock.GetElapsedTime(since);
                await next.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, cancel);
            }
        }
        catch (TimeoutException)
        {
            // Whoever goes on asks first.
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private void End(Change change)
    {
        lock (gate)
        {
            if (!open.Remove(change)) return;
            changing = open.Count;
            over.Enqueue(change);
            if (over.Count > MostKept) over.Dequeue();
            Volatile.Write(ref count, count + 1);
            Turn();
        }

        ended();
    }

    private void Turn()
    {
        turn?.TrySetResult();
        turn = null;
    }

    /// <summary>A change of a target's names that nobody else sees before it is committed; disposed when its transaction is over.</summary>
    internal sealed class Change(NameClaims claims, object session) : IDisposable
    {
        private readonly List<MovedNames> locked = [];
        private readonly List<MovedNames> unseen = [];
        private bool untold;
        private volatile bool mayCommit = true;

        public object Session => session;

        /// <summary>Something was sent that may commit it, and is not answered. True to begin with.</summary>
        public bool MayCommit
        {
            get => mayCommit;
            set
            {
                if (mayCommit == value) return;
                lock (claims.gate)
                {
                    mayCommit = value;
                    if (!value) claims.Turn();
                }
            }
        }

        /// <summary>It is about these, too.</summary>
        public void Add(ChangedNames changed)
        {
            lock (claims.gate)
            {
                if (changed.Locked is not { Count: 0 }) locked.Add(new(changed.Locked, claims.names));
                if (changed.Unseen is not { Count: 0 }) unseen.Add(new(changed.Unseen, claims.names));
                untold |= changed.Untold;
            }
        }

        /// <summary>Who uses these waits for it by now.</summary>
        public bool Meets(INamesUse use) => untold && use.Keeps || locked.Exists(use.Needs) || mayCommit && unseen.Exists(use.Needs);

        /// <summary>Who uses these finds something else once it is committed.</summary>
        public bool Concerns(INamesUse use) => untold && use.Keeps || locked.Exists(use.Needs) || unseen.Exists(use.Needs);

        public void Dispose() => claims.End(this);
    }
}
