using System.Globalization;

namespace Hoop.AppHost.Local.Running;

/// <summary>
/// What /proc says. Every child leads its own session, so its descendants are found even when their parent is gone; some, such as
/// PostgreSQL's backends, begin sessions of their own and are found through their parents.
/// </summary>
static class ProcessTable
{
    /// <summary>The living processes of a child: itself, its session, and the descendants of all of them.</summary>
    public static IReadOnlyList<int> Of(int child)
    {
        var all = All().ToList();
        var found = all.Where(p => p.Id == child || p.Session == child).Select(p => p.Id).ToHashSet();
        while (all.Any(p => found.Contains(p.Parent) && found.Add(p.Id)))
        {
        }
        return [.. found];
    }

    /// <summary>Resident memory of a child and its descendants; shared pages are counted once where the kernel tells.</summary>
    public static long MemoryOf(int child) => Of(child).Sum(ProportionalMemory);

    public static long ProportionalMemory(int processId)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{processId}/smaps_rollup"))
                if (line.StartsWith("Pss:", StringComparison.Ordinal))
                    return long.Parse(line.AsSpan(4, line.Length - 6).Trim(), CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
        return ResidentMemory(processId);
    }

    static long ResidentMemory(int processId)
    {
        try
        {
            return long.Parse(File.ReadAllText($"/proc/{processId}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    static IEnumerable<(int Id, int Parent, int Session)> All()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) && StatusOf(id) is var (parent, session))
                yield return (id, parent, session);
    }

    static (int Parent, int Session)? StatusOf(int processId)
    {
        try
        {
            // "pid (name) state ppid pgrp session …": the name may itself hold spaces and parentheses. A zombie is already gone.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // Read while it goes, the file is empty.
            return fields is [] or ["Z" or "X", ..] ? null : (Number(fields[1]), Number(fields[3]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
