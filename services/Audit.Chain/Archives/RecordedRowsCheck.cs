using Hoop.Audit.Chain.Bundles;

namespace Hoop.Audit.Chain.Archives;

/// <summary>Holds the recorded rows that are in an export against those that a session's events name.</summary>
internal static class RecordedRowsCheck
{
    /// <summary>The file that has them.</summary>
    public static string FileOf(string session, RecordedRows rows) => $"contents/{session}/{rows.Number}-{rows.Sha256}.br";

    /// <summary>What is wrong, by file; and what is not there for a reason that the session's evidence proves.</summary>
    /// <param name="evidence">Of an intact session.</param>
    public static (List<(string Name, string Problem)> Problems, List<string> Notes) Check(ArchiveManifest manifest, ArchivedSession session, VerifyResult evidence)
    {
        var (problems, notes) = (new List<(string, string)>(), new List<string>());
        var said = session.Problems.ToHashSet(StringComparer.Ordinal);
        foreach (var rows in evidence.Recorded)
        {
            var file = FileOf(session.Id, rows);
            if (manifest.Files.TryGetValue(file, out var hash) && hash == rows.Sha256)
                continue;
            var gone = ArchiveProblems.RowsAreGone(rows.Number);
            if (said.Contains(gone) && DroppedWith(rows, evidence) is { } run)
            {
                said.Remove(gone);
                notes.Add($"session {session.Id}: recorded rows {rows.Number} were dropped with events {run.First} to {run.Last} ({run.Rule}), tombstone {run.Tombstone} of the log");
            }
            else
                problems.Add((file, $"{file} is missing: event {rows.Sequence} of the session recorded these rows"));
        }

        problems.AddRange(said.Select(problem => (session.File, $"the export says of session {session.Id}: {problem}")));
        problems.AddRange(Foreign(manifest, session, evidence));
        return (problems, notes);
    }

    /// <summary>Rows leave with the week in which they came, their operation's decision in it or before it: only where that was dropped can they be gone by a rule.</summary>
    private static DroppedRun? DroppedWith(RecordedRows rows, VerifyResult evidence) =>
        rows.IsBegun ? null : evidence.Dropped.LastOrDefault(run => run.Last < rows.Sequence);

    private static IEnumerable<(string Name, string Problem)> Foreign(ArchiveManifest manifest, ArchivedSession session, VerifyResult evidence)
    {
        var named = evidence.Recorded.Select(rows => FileOf(session.Id, rows)).ToHashSet(StringComparer.Ordinal);
        return manifest.Files.Keys.Where(file => file.StartsWith($"contents/{session.Id}/", StringComparison.Ordinal) && !named.Contains(file))
            .Select(file => (file, $"{file} was added: no event of the session recorded such rows"));
    }
}
