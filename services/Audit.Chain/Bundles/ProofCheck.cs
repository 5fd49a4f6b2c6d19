using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>Holds a bundle's events against its proofs.</summary>
internal static class ProofCheck
{
    /// <summary>Null when every proof holds and says what the events say.</summary>
    public static VerifyResult? FirstProblem(Bundle bundle)
    {
        if (bundle.Proofs is not { } proofs)
            return null;
        var keys = bundle.Header!.Keys();
        if (keys.Problem(proofs.Head) is { } foreign)
            return EventWalk.Bad(null, $"the tree head was changed: {foreign}");
        if (proofs.Entries.Count == 0)
            return EventWalk.Bad(null, "the proofs were changed: there is a tree head, and no entry of the log that it should prove");
        foreach (var earlier in proofs.Earlier)
        {
            if (keys.Problem(earlier.Head) is { } problem)
                return EventWalk.Bad(null, $"the earlier tree head of {earlier.Head.Size} entries was changed: {problem}");
            if (earlier.Head.Origin != proofs.Head.Origin
                || !MerkleProof.Consistent(earlier.Head.Size, earlier.Head.RootBytes(), proofs.Head.Size, proofs.Head.RootBytes(), earlier.Path))
                return EventWalk.Bad(null, $"the log was changed: its tree head of {proofs.Head.Size} entries does not continue the one of {earlier.Head.Size}");
        }

        return proofs.Entries.Select(entry => Problem(bundle, proofs.Head, entry)).FirstOrDefault(problem => problem is not null);
    }

    private static VerifyResult? Problem(Bundle bundle, TreeHead head, LoggedEntry logged)
    {
        if (LogEntry.Read(logged.Text) is not { } entry || entry.Session != bundle.Header!.Session)
            return EventWalk.Bad(null, $"the log's entry {logged.Index} was changed: it is not one of this session");
        if (!MerkleProof.Includes(entry.LeafHash(), logged.Index, head.Size, logged.Path, head.RootBytes()))
            return EventWalk.Bad(entry.Sequence, $"the log's entry {logged.Index} about event {entry.Sequence} was changed: it is not in the log that was signed");
        return HeadProblem(bundle, entry);   // A tombstone, too, names the hash of the last event that it speaks of.
    }

    /// <summary>The log knew the session's head at some moment: the events must still have it.</summary>
    internal static VerifyResult? HeadProblem(Bundle bundle, LogEntry entry)
    {
        var known = EventWalk.Find(bundle.Events, entry.Sequence)?.Hash ?? (bundle.Dropped.Covering(entry.Sequence) is { } run ? run.Last == entry.Sequence ? run.Hash : entry.Hash : null);
        if (known is null)
        {
            var missing = bundle.NextSequence;
            return EventWalk.Bad(missing, $"{(missing == entry.Sequence ? $"event {missing} was" : $"events {missing} to {entry.Sequence} were")} removed from the end: the log has the session up to event {entry.Sequence}");
        }

        return known == entry.Hash
            ? null
            : EventWalk.Bad(entry.Sequence, $"event {entry.Sequence} or one before it was rewritten: the log has another hash for it");
    }
}
