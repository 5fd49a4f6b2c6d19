using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>Checks an export offline: form, chain, order, count, head and signature. Needs nothing but the file.</summary>
public static class BundleVerifier
{
    /// <param name="trustedKey">SubjectPublicKeyInfo, base64, that must have signed, or its fingerprint; null accepts the key in the header (compare its fingerprint).</param>
    /// <param name="checkpoints">What a sink kept of the log: then the bundle's session must be all that the log knew of it.</param>
    public static async Task<VerifyResult> VerifyAsync(string path, string? trustedKey = null, string? checkpoints = null, CancellationToken cancel = default)
    {
        await using var file = File.OpenRead(path);
        await using var kept = checkpoints is null ? null : File.OpenRead(checkpoints);
        return await VerifyAsync(file, trustedKey, kept, cancel);
    }

    /// <inheritdoc cref="VerifyAsync(string, string?, string?, CancellationToken)"/>
    public static async Task<VerifyResult> VerifyAsync(Stream stream, string? trustedKey = null, Stream? checkpoints = null, CancellationToken cancel = default)
    {
        using var bundle = new Bundle();
        await foreach (var (line, ended) in BundleLines.ReadAsync(stream, cancel))
        {
            if (bundle.Take(line.Span, ended) is { } problem)
                return bundle.Describe(problem);
        }

        var judged = Judge(bundle, trustedKey);
        return bundle.Describe(judged.Ok && checkpoints is not null ? await HoldAgainstAsync(bundle, checkpoints, judged, cancel) : judged);
    }

    /// <summary>The signer of the bundle could still have left events off, or the session's proofs: a log that others keep can not.</summary>
    private static async Task<VerifyResult> HoldAgainstAsync(Bundle bundle, Stream checkpoints, VerifyResult judged, CancellationToken cancel)
    {
        var (log, problem) = await CheckpointLog.ReadAsync(checkpoints, bundle.Header!.Keys(), cancel);
        if (log is null)
            return EventWalk.Bad(null, $"the log: {problem}");
        if (log.Head is not { } newest)
            return EventWalk.Bad(null, $"the log that was kept can prove nothing: there is no checkpoint in it{(log.UnreadableLines > 0 ? $", and {log.UnreadableLines} lines that are none" : "")}");
        if (bundle.Proofs is { } proofs && HeadProblem(proofs.Head, newest, log) is { } other)
            return EventWalk.Bad(null, other);
        var heads = log.Of(bundle.Header.Session).Where(entry => entry.Kind == LogEntry.Head).ToList();
        if (heads.Count == 0)
            return EventWalk.Bad(null, $"the log that was kept, of {log.Size} entries, says nothing of session {bundle.Header.Session}: it was never logged, or only later; take a newer copy of the log");
        return heads.Select(entry => ProofCheck.HeadProblem(bundle, entry)).FirstOrDefault(found => found is not null) ?? judged with
        {
            Message = $"{judged.Message}; it is all that the log of {log.Size} entries knew of it, which is up to event {heads.Max(entry => entry.Sequence)}",
            Notes = log.UnreadableLines == 0 ? judged.Notes : [.. judged.Notes, $"{log.UnreadableLines} lines of the log that was kept are no checkpoints; all others continue each other without a gap"],
        };
    }

    private static string? HeadProblem(TreeHead head, TreeHead newest, CheckpointLog log) =>
        head.Origin != newest.Origin ? $"the bundle's tree head is of the log {head.Origin}, and the one that was kept is {newest.Origin}"
        : log.RootAt(head.Size) is not { } root ? $"the log that was kept can not prove the bundle's tree head: it has {log.Size} entries, and the head {head.Size}; take a newer copy of the log"
        : root != head.Root ? $"the bundle's tree head of {head.Size} entries is not of the log that was kept"
        : null;

    private static VerifyResult Judge(Bundle bundle, string? trustedKey)
    {
        if (bundle.Header is null)
            return EventWalk.Bad(null, "the file is empty: the header is missing");
        var trailer = bundle.Trailer;
        if (EventWalk.FirstProblem(bundle.WholeEvents, bundle.Dropped) is { } changed && (trailer is null || bundle.HeaderMatches))
            return changed;
        if (trailer is null)
            return EventWalk.Bad(null, $"the trailer is missing or was changed: the file ends after {bundle.LastWholeEvent}");
        if (!bundle.EndsWithLineFeed)
            return EventWalk.Bad(null, "the trailer was changed: its line feed is missing");

        var signed = EvidenceKey.Verify(bundle.Header.PublicKey, BundleFormat.SignedText(trailer), trailer.Signature);
        if (!bundle.HeaderMatches)
            return EventWalk.Bad(null, signed ? "the header was changed: it is not the one that was signed" : "the header or the trailer was changed: they do not belong together");
        if (!bundle.ProofsMatch)
            return EventWalk.Bad(null, signed ? "the proofs were changed: they are not the ones that were signed" : "the proofs or the trailer were changed: they do not belong together");
        if (!signed)
            return EventWalk.Bad(null, "the trailer was changed: its signature does not match");
        return CountsAndHead(bundle, trailer) ?? ProofCheck.FirstProblem(bundle) ?? KeyProblem(bundle.Header, trustedKey) ?? Intact(bundle, trailer);
    }

    private static VerifyResult? CountsAndHead(Bundle bundle, BundleTrailer trailer)
    {
        var events = bundle.Events;
        var missing = trailer.Count - events.Count;
        if (missing > 0)
            return EventWalk.Bad(bundle.NextSequence, $"{(missing == 1 ? $"event {bundle.NextSequence} was" : $"events {bundle.NextSequence} to {bundle.NextSequence + missing - 1} were")} removed from the end: the signed count is {trailer.Count}");
        if (missing < 0)
        {
            var added = events[(int)Math.Max(trailer.Count, 0)];
            return EventWalk.Bad(added.Sequence, $"{added.Describe(added.Sequence)} was added at the end: the signed count is {trailer.Count}");
        }

        var head = events.Count == 0 ? EventHash.None : events[^1].Hash;
        return head == trailer.Head ? null : EventWalk.Bad(null, "events were rewritten: the chain holds, but its head is not the signed one");
    }

    private static VerifyResult? KeyProblem(BundleHeader header, string? trustedKey) =>
        trustedKey is null || EvidenceKey.IsTrusted(header.PublicKey, trustedKey)
            ? null
            : EventWalk.Bad(null, $"the header names another key than the trusted one: its fingerprint is {EvidenceKey.Fingerprint(header.PublicKey)}");

    private static VerifyResult Intact(Bundle bundle, BundleTrailer trailer) =>
        new(true, null, $"intact: {trailer.Count} events of session {bundle.Header!.Session}, exported {BundleFormat.Time(bundle.Header.ExportedAt)}");
}
