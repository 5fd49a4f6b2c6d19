using System.Globalization;

namespace Hoop.AppHost.Local.Running;

/// <summary>What /proc says. Every child leads its own session, so its descendants are found even when their parent is gone.</summary>
static class ProcessTable
{
    public static IReadOnlyList<int> InSession(int session) => [.. All().Where(p => p.Session == session).Select(p => p.Id)];

    /// <summary>Resident memory of a child and its descendants; shared pages are counted once where the kernel tells.</summary>
    public static long MemoryOf(int session) => InSession(session).Sum(ProportionalMemory);

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

    static IEnumerable<(int Id, int Session)> All()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) && SessionOf(id) is { } session)
                yield return (id, session);
    }

    static int? SessionOf(int processId)
    {
        try
        {
            // "pid (name) state ppid pgrp session …": the name may itself hold spaces and parentheses. A zombie is already gone.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : int.Parse(fields[3], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
