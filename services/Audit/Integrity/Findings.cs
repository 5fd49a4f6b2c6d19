namespace Hoop.Audit.Integrity;

/// <summary>What was found so far.</summary>
internal sealed class Findings
{
    private readonly List<IntegrityProblem> problems = [];
    private long found;
    private string? stopped;

    public long LogSize { get; set; }
    public long Sessions { get; set; }
    public long Events { get; set; }
    public long Incomplete { get; set; }
    public RefusedEvents? Refused { get; set; }

    public void Add(string? session, long? sequence, string message)
    {
        if (found++ < IntegrityReport.MostProblems)
            problems.Add(new IntegrityProblem(session, sequence, message));
    }

    /// <summary>The check ends before everything was looked at.</summary>
    public void Stop(string why)
    {
        stopped = why;
        found++;
        problems.Insert(0, new IntegrityProblem(null, null, $"the check could not be finished, and what it did not reach may be anything: {why}"));
    }

    /// <summary>What is in a row. Null, and a finding, when nobody can read it: one row hides none of the others.</summary>
    /// <param name="what">Begins the finding: <c>its head</c>.</param>
    public T? Read<T>(Func<T> read, string? session, long? sequence, string what) where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidCastException or OverflowException or ArgumentException or FormatException)
        {
            Add(session, sequence, $"{what} can not be read: {e.Message}");
            return null;
        }
    }

    public IntegrityReport Report(DateTimeOffset at) => new(found == 0, at, LogSize, Sessions, Events, Incomplete, found, problems) { Stopped = stopped, Refused = Refused };
}
