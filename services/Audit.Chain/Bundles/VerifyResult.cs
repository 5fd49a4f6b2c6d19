namespace Hoop.Audit.Chain.Bundles;

/// <summary>What a verifier found.</summary>
/// <param name="Ok">True: nothing was changed, removed, added, reordered or cut off since the export was signed.</param>
/// <param name="Sequence">The first event that is not as it was; null when it is the header, the trailer or the whole.</param>
/// <param name="Message">One line, for people: <c>event 3 (operation.decided at …) was changed: its hash does not match its content</c>.</param>
public sealed record VerifyResult(bool Ok, long? Sequence, string Message)
{
    /// <summary>From the header; null when it can not be read.</summary>
    public string? Session { get; init; }

    public long? PolicyVersion { get; init; }
    public DateTimeOffset? ExportedAt { get; init; }

    /// <summary>Event lines in the file.</summary>
    public long Events { get; init; }

    /// <summary>Stretches of events that are not there because retention dropped them, each with its tombstone in the log.</summary>
    public IReadOnlyList<DroppedRun> Dropped { get; init; } = [];

    /// <summary>Entries of the log that the bundle's proofs are in; null when the session was not logged yet.</summary>
    public long? LogSize { get; init; }

    /// <summary>The last event that the log had when the bundle was made: what is behind it, only the bundle's own signature covers.</summary>
    public long? LoggedEvent { get; init; }

    /// <summary>What else a reader should know, a line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The recorded rows that the events name.</summary>
    internal IReadOnlyList<RecordedRows> Recorded { get; init; } = [];

    /// <summary>True when the last event is the session's end; false for one exported while it ran.</summary>
    public bool Ended { get; init; }

    /// <summary>SHA-256 of the public key in the header, lower-case hex: compare it with Audit's <c>GET /api/key</c>.</summary>
    public string? KeyFingerprint { get; init; }

    /// <summary>The same of the keys that the header names as those before it, the oldest first.</summary>
    public IReadOnlyList<string> FormerKeyFingerprints { get; init; } = [];
}
