using System.Globalization;
using System.Runtime.InteropServices;

namespace Hoop.Audit;

/// <summary>
/// Audit gives way: its work can wait, since the journals keep it, and a statement can not. Where both share processors, the kernel runs
/// what answers a client first; how far Audit may fall behind is bounded by Ingress (<c>Hoop:Journal:MaxLagBytes</c>).
/// </summary>
internal static partial class ProcessPriority
{
    private const int Thread = 0;

    /// <summary>Lowers this process to <c>Hoop:Audit:Nice</c> (0 to 19, default 10; 0: leaves it as it is). To be called early: later threads are as the one that starts them.</summary>
    public static void GiveWay(IConfiguration configuration)
    {
        var nice = configuration.GetValue("Hoop:Audit:Nice", 10);
        if (nice is < 0 or > 19)
            throw new InvalidOperationException($"Hoop__Audit__Nice is {nice}: it must be from 0 (as other processes) to 19.");
        if (nice == 0 || !OperatingSystem.IsLinux())
            return;
        // On Linux setpriority(2) is about one thread. One that has ended meanwhile needs no priority.
        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
            _ = SetPriority(Thread, int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), nice);
        if (GetSession(0) == Environment.ProcessId)
            LowerGroup(nice);
    }

    /// <summary>
    /// Where the kernel groups what it runs by session (sched(7), autogroup), niceness counts within the group alone, and the group has its own.
    /// Only for a session that is all ours: another's, a shell's, is not for us to slow.
    /// </summary>
    private static void LowerGroup(int nice)
    {
        try
        {
            File.WriteAllText("/proc/self/autogroup", nice.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // This kernel has no such groups, or a container hides them.
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);

    [LibraryImport("libc", EntryPoint = "getsid")]
    private static partial int GetSession(int process);
}
