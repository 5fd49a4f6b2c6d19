namespace Hoop.EndToEnd.Tests.Support;

/// <summary>Processes and their descendants, from /proc.</summary>
internal static class ProcessTree
{
    internal static IReadOnlyList<int> Of(IReadOnlySet<int> roots)
    {
        var parents = Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Where(pid => pid > 0).Select(pid => (Pid: pid, Parent: ParentOf(pid))).ToList();
        var tree = new HashSet<int>(roots);
        while (parents.Any(entry => tree.Contains(entry.Parent) && tree.Add(entry.Pid))) { }
        return [.. tree];
    }

    /// <summary>Bytes; pages shared by several processes are counted once in all.</summary>
    internal static long ProportionalMemory(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/smaps_rollup").Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
                .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024).FirstOrDefault();
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Bytes.</summary>
    internal static long ResidentMemory(int pid) => long.Parse(StatusOf(pid, "VmRSS:")!.Split(' ')[0]) * 1024;

    /// <summary>Of each thread, -20 to 19.</summary>
    internal static IReadOnlyList<int> NicenessOfThreads(int pid) =>
        [.. Directory.EnumerateDirectories($"/proc/{pid}/task").Select(thread => int.Parse(File.ReadAllText($"{thread}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[16]))];

    internal static bool IsAlive(int pid) => StatusOf(pid, "State:") is { } state && !state.Contains('Z');

    private static int ParentOf(int pid) => StatusOf(pid, "PPid:") is { } parent ? int.Parse(parent) : 0;

    private static string? StatusOf(int pid, string field)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal))?[field.Length..].Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
