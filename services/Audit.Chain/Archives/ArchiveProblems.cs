namespace Hoop.Audit.Chain.Archives;

/// <summary>What a manifest says that an export lacks, where it matters to <c>hoop verify</c> how it is said.</summary>
public static class ArchiveProblems
{
    /// <summary>Nothing is kept of them: retention may have dropped them, which the session's tombstones prove.</summary>
    public static string RowsAreGone(long number) => $"recorded rows {number} are not there";
}
