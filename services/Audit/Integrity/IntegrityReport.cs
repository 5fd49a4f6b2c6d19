namespace Hoop.Audit.Integrity;

/// <param name="Session">Whose; null when it is of the log itself.</param>
/// <param name="Sequence">The event; null when it is none alone.</param>
internal sealed record IntegrityProblem(string? Session, long? Sequence, string Message);

/// <summary>What a check of the whole database found.</summary>
/// <param name="Incomplete">Sessions with a gap behind which nothing was ever said to have arrived: an Ingress has it yet, or lost it.</param>
/// <param name="Problems">The first <see cref="MostProblems"/> of <paramref name="Found"/>.</param>
internal sealed record IntegrityReport(bool Ok, DateTimeOffset At, long LogSize, long Sessions, long Events, long Incomplete, long Found, IReadOnlyList<IntegrityProblem> Problems)
{
    public const int MostProblems = 100;

    /// <summary>Why not everything was looked at; null when it was.</summary>
    public string? Stopped { get; init; }

    /// <summary>Null when the check did not get so far.</summary>
    public RefusedEvents? Refused { get; init; }
}

/// <summary>Events that did not fit their chains: refused and kept in <c>audit.tampering</c>. Nothing stored was changed by them, and yet somebody sent them.</summary>
/// <param name="Recent">The newest came within a week.</param>
/// <param name="Newest">In one line; null when there is none.</param>
internal sealed record RefusedEvents(long Count, bool Recent, string? Newest);
