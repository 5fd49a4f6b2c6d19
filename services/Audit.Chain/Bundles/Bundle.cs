using System.Security.Cryptography;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>An export as far as it was read.</summary>
internal sealed class Bundle
{
    private readonly List<EventLine> events = [];
    private string headerHash = "";
    private int lines;

    public BundleHeader? Header { get; private set; }
    public BundleTrailer? Trailer { get; private set; }
    public bool EndsWithLineFeed { get; private set; } = true;
    public IReadOnlyList<EventLine> Events => events;
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
        if (line.StartsWith(BundleFormat.TrailerStart))
            return TakeTrailer(line);
        events.Add(EventLine.Read(Header.Session, lines, line));
        return null;
    }

    public VerifyResult Describe(VerifyResult result) => result with
    {
        Session = Header?.Session,
        PolicyVersion = Header?.PolicyVersion,
        ExportedAt = Header?.ExportedAt,
        Events = events.Count,
        Ended = events is [.., { Kind: EventKinds.SessionEnded }],
        KeyFingerprint = Header is null ? null : BundleVerifier.Fingerprint(Header.PublicKey),
    };

    private VerifyResult? TakeHeader(ReadOnlySpan<byte> line)
    {
        Header = BundleLineReader.Header(line, out var problem);
        headerHash = Convert.ToHexStringLower(SHA256.HashData(line));
        return Header is null ? EventWalk.Bad(null, $"the header was changed: {problem}") : null;
    }

    private VerifyResult? TakeTrailer(ReadOnlySpan<byte> line)
    {
        Trailer = BundleLineReader.Trailer(line);
        return Trailer is null ? EventWalk.Bad(null, "the trailer was changed: it is not a trailer line as Hoop writes it") : null;
    }
}
