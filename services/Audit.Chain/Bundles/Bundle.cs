using System.Security.Cryptography;
using Hoop.Audit.Chain.Log;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>An export as far as it was read.</summary>
internal sealed class Bundle : IDisposable
{
    private readonly List<EventLine> events = [];
    private string headerHash = "";
    private readonly IncrementalHash proofsDigest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<LoggedEntry> entries = [];
    private readonly List<EarlierHead> earlier = [];
    private TreeHead? treeHead;
    private DroppedRuns? dropped;
    private readonly HashSet<long> begun = [];
    private readonly List<RecordedRows> recorded = [];
    private int proofLines;
    private int lines;

    public BundleHeader? Header { get; private set; }
    public BundleTrailer? Trailer { get; private set; }
    public bool EndsWithLineFeed { get; private set; } = true;
    public IReadOnlyList<EventLine> Events => events;
    /// <summary>What the bundle's tombstones say is gone.</summary>
    public DroppedRuns Dropped => dropped ??= new DroppedRuns(entries.Select(e => (e.Index, LogEntry.Read(e.Text))).Where(e => e.Item2 is not null)!, Header?.Session);

    /// <summary>The event that would come next.</summary>
    public long NextSequence => Dropped.Next(events.Count > 0 ? events[^1].Sequence + 1 : 0);

    /// <summary>Null when the session was not in the log yet.</summary>
    public BundleProofs? Proofs => treeHead is null ? null : new BundleProofs(treeHead, entries, earlier);

    public bool ProofsMatch => Trailer?.ProofsHash == Convert.ToHexStringLower(proofsDigest.GetCurrentHash());
    public bool HeaderMatches => Trailer?.HeaderHash == headerHash;

    /// <summary>Without a trailer, a last line that can not be read is more likely a changed or cut-off trailer than an event.</summary>
    public IReadOnlyList<EventLine> WholeEvents => Trailer is null && events is [.., { Readable: false }] ? events[..^1] : events;

    public string LastWholeEvent => WholeEvents is [.., var last] ? last.Describe(last.Sequence) : "the header";

    /// <summary>Takes the next line; a problem that ends the reading is returned.</summary>
    public VerifyResult? Take(ReadOnlySpan<byte> line, bool ended)
    {
        lines++;
        EndsWithLineFeed = ended;
        if (Header is null)
            return TakeHeader(line);
        if (Trailer is not null)
            return EventWalk.Bad(null, $"the trailer was changed: line {lines} stands after it");
        if (line.StartsWith(ProofLines.Start))
            return TakeProof(line);
        if (line.StartsWith(BundleFormat.TrailerStart))
            return TakeTrailer(line);
        var read = BundleLineReader.Event(line);
        var e = EventLine.Read(Header.Session, lines, read);
        if (proofLines > 0)
            return EventWalk.Bad(e.Readable ? e.Sequence : null, $"{e.Describe(e.Sequence)} was moved: line {lines} stands among the proofs");
        events.Add(e);
        TakeRecorded(read);
        return null;
    }

    public void Dispose() => proofsDigest.Dispose();

    public VerifyResult Describe(VerifyResult result) => result with
    {
        Session = Header?.Session,
        PolicyVersion = Header?.PolicyVersion,
        ExportedAt = Header?.ExportedAt,
        Events = events.Count,
        Ended = events is [.., { Kind: EventKinds.SessionEnded }],
        LogSize = treeHead?.Size,
        LoggedEvent = entries.Select(e => LogEntry.Read(e.Text)).Max(e => e?.Sequence),
        Recorded = recorded,
        Dropped = Dropped.MissingFrom(events),
        KeyFingerprint = Header is null ? null : EvidenceKey.Fingerprint(Header.PublicKey),
        FormerKeyFingerprints = [.. (Header?.FormerKeys ?? []).Select(EvidenceKey.Fingerprint).OfType<string>()],
    };

    private void TakeRecorded(BundleEvent? e)
    {
        if (e is { Kind: EventKinds.OperationDecided } && RecordedRows.Operation(e.Payload) is { } operation)
            begun.Add(operation);
        else if (e is { Kind: EventKinds.ResultRecorded } && RecordedRows.Read(e.Sequence, e.Payload, begun) is { } rows)
            recorded.Add(rows);
    }

    private VerifyResult? TakeHeader(ReadOnlySpan<byte> line)
    {
        Header = BundleLineReader.Header(line, out var problem);
        headerHash = Convert.ToHexStringLower(SHA256.HashData(line));
        return Header is null ? EventWalk.Bad(null, $"the header was changed: {problem}") : null;
    }

    private VerifyResult? TakeProof(ReadOnlySpan<byte> line)
    {
        proofLines++;
        proofsDigest.AppendData([.. line, (byte)'\n']);
        switch (ProofLines.Read(line))
        {
            case TreeHead head when treeHead is null && proofLines == 1:
                treeHead = head;
                return null;
            case LoggedEntry entry when treeHead is not null:
                entries.Add(entry);
                return null;
            case EarlierHead head when treeHead is not null:
                earlier.Add(head);
                return null;
            default:
                return EventWalk.Bad(null, $"the proofs were changed: line {lines} is not a proof as Hoop writes it");
        }
    }

    private VerifyResult? TakeTrailer(ReadOnlySpan<byte> line)
    {
        Trailer = BundleLineReader.Trailer(line);
        return Trailer is null ? EventWalk.Bad(null, "the trailer was changed: it is not a trailer line as Hoop writes it") : null;
    }
}
