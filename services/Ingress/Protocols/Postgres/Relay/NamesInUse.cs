using Hoop.Ingress.Catalog;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>
/// What keeps what it reads (INSERT … SELECT, say) was judged by what its names stand for, and the server looks them up when it has their locks, which may be long after. Who is under
/// column masks may not have them stand for something else meanwhile: it would keep what nobody judged, in a table that everybody reads.
/// </summary>
internal sealed class NamesInUse(RelaySession session)
{
    private readonly List<Use> uses = [];

    private ITargetCatalog Catalog => session.Services.Catalog;

    /// <summary>Before it is sent.</summary>
    /// <returns>Why it may not be; null: it may.</returns>
    public Refusal? Claim(RunningOperation operation)
    {
        if (session.Gate.MasksFor(operation.Permit) is not { HasColumnMasks: true }) return null;
        var (statements, stores, moves) = (operation.Analysis.Statements, false, false);
        for (var i = 0; i < statements.Count; i++)
        {
            stores |= statements[i].Stores;
            moves |= NameChanges.Others(statements[i]);
        }

        var begun = moves && session.BeginNamesChange();
        // Judged as if no name were known, it may find what it will.
        var refusal = moves && Catalog.AreUsedBeside(session.Gate.Target, session, NameChanges.Of(statements)) ? Used
            : stores && !ReferenceEquals(operation.Context.Catalog, CatalogSnapshot.Changed) && !TryUse(operation) ? Changed : null;
        if (begun && refusal is not null) session.EndNamesChange();
        return refusal;
    }

    /// <summary>Under the session's lock: it was answered.</summary>
    public void End(RunningOperation operation)
    {
        for (var i = uses.Count - 1; i >= 0; i--)
        {
            if (uses[i].Operation != operation) continue;
            Catalog.EndUse(session.Gate.Target, uses[i]);
            uses.RemoveAt(i);
        }
    }

    /// <summary>Some were not answered, and the server may yet run them.</summary>
    public bool Any
    {
        get
        {
            lock (session.Lock) return uses.Count > 0;
        }
    }

    public void EndAll()
    {
        lock (session.Lock)
        {
            foreach (var use in uses) Catalog.EndUse(session.Gate.Target, use);
            uses.Clear();
        }
    }

    private bool TryUse(RunningOperation operation)
    {
        var use = new Use(session, operation);
        lock (session.Lock)
        {
            if (operation.Changes is not { } changes || !Catalog.TryUse(session.Gate.Target, use, changes, session.NamesChange)) return false;
            uses.Add(use);
            return true;
        }
    }

    private static readonly Refusal Used = new(RefusalCode.InUse, null, "another session's statement is keeping what it reads by one of these names",
        "It was judged by what the name stands for now, and the server may look it up only when it has its locks.", "Send it again when that statement has ended.");

    private static readonly Refusal Changed = new(RefusalCode.InUse, null, "another session changed the database's schema while the statement was judged",
        "It keeps what it reads, which may be something else by now.", "Send it again.");

    private sealed class Use(RelaySession session, RunningOperation operation) : INamesUse
    {
        public RunningOperation Operation => operation;

        public object Session => session;

        public bool Needs(IReadOnlySet<string>? names) => names is null || names.Overlaps(Names());

        private HashSet<string> Names()
        {
            var (names, views, seen) = (new HashSet<string>(StringComparer.Ordinal), new Stack<CatalogRelation>(), new HashSet<uint>());
            foreach (var access in operation.Analysis.Statements.SelectMany(static statement => statement.Facts.Accesses).Where(static access => access.Kind is "table" or "function"))
            {
                names.Add(NameChanges.Bare(access.Name));
                if ((operation.Context.Temporary.Find(access.Name) ?? operation.Context.Catalog.Relations.GetValueOrDefault(access.Name)) is { } relation) views.Push(relation);
            }

            // Whatever their texts may name: rather one too many.
            while (views.TryPop(out var view))
            {
                if (view is not { Kind: 'v', Definition: { } definition }) continue;
                foreach (var beneath in operation.Context.Catalog.Relations.Values)
                {
                    if (!definition.Contains(beneath.Name.Replace("\"", "\"\"", StringComparison.Ordinal), StringComparison.Ordinal) || !seen.Add(beneath.Oid)) continue;
                    names.Add(beneath.Name);
                    views.Push(beneath);
                }
            }

            return names;
        }
    }
}
