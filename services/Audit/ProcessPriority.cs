using System.Globalization;
using System.Runtime.InteropServices;

namespace Hoop.Audit;

/// <summary>
/// Audit gives way: its work can wait, since the journals keep it, and a statement can not. Where both share processors, the kernel runs
/// what answers a client first. That ends when Audit is late: then statements wait for it (<c>Hoop:Journal:MaxLagBytes</c>), and beside somebody
/// else's load what has the lowest priority would bring them to a crawl.
/// </summary>
/// <param name="nice">0 to 19, while it is in time; 0: as other processes, always.</param>
/// <param name="set">Sets the niceness of the whole process. False: it is not to be had.</param>
internal sealed partial class ProcessPriority(int nice, Func<int, bool> set)
{
    /// <summary>How old what was stored last may be: more than a burst of seconds brings, and less than what statements begin to wait for.</summary>
    internal static readonly TimeSpan Late = TimeSpan.FromSeconds(4), InTime = TimeSpan.FromSeconds(1);

    private bool lowered = nice > 0 && set(nice);

    /// <summary>With the niceness of <c>Hoop:Audit:Nice</c> (default 10) from now on. To be made early: later threads are as the one that starts them.</summary>
    public static ProcessPriority Of(IConfiguration configuration)
    {
        var nice = configuration.GetValue("Hoop:Audit:Nice", 10);
        if (nice is < 0 or > 19)
            throw new InvalidOperationException($"Hoop__Audit__Nice is {nice}: it must be from 0 (as other processes) to 19.");
        return new ProcessPriority(nice, Niceness.OfThisProcess());
    }

    /// <summary>A batch has been stored. One at a time.</summary>
    /// <param name="age">Of its newest event.</param>
    /// <returns>True: it no longer gives way, since it is late.</returns>
    public bool Stored(TimeSpan age)
    {
        var lower = age < (lowered ? Late : InTime);
        if (nice == 0 || lower == lowered || !set(lower ? nice : 0))
            return false;
        lowered = lower;
        return !lower;
    }

    private static partial class Niceness
    {
        private const int Thread = 0;

        public static Func<int, bool> OfThisProcess()
        {
            if (!OperatingSystem.IsLinux())
                return static _ => false;
            var (threads, group) = (MayRaise(), GetSession(0) == Environment.ProcessId);
            return nice =>
            {
                if (threads)
                    SetThreads(nice);
                return group && SetGroup(nice) || threads;
            };
        }

        /// <summary>Whoever may only lower a thread leaves it as it is: it could not be undone. On a thread of its own, which ends with what it tried.</summary>
        private static bool MayRaise()
        {
            var may = false;
            var trial = new Thread(() => may = SetPriority(Thread, 0, 1) == 0 && SetPriority(Thread, 0, 0) == 0);
            trial.Start();
            trial.Join();
            return may;
        }

        // On Linux setpriority(2) is about one thread. One that has ended meanwhile needs no priority.
        private static void SetThreads(int nice)
        {
            foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
                _ = SetPriority(Thread, int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), nice);
        }

        /// <summary>
        /// Where the kernel groups what it runs by session (sched(7), autogroup), niceness counts within the group alone, and the group has its own.
        /// Only for a session that is all ours: another's, a shell's, is not for us to slow.
        /// </summary>
        private static bool SetGroup(int nice)
        {
            try
            {
                File.WriteAllText("/proc/self/autogroup", nice.ToString(CultureInfo.InvariantCulture));
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // This kernel has no such groups, a container hides them, or they were changed a moment ago.
                return false;
            }
        }

        [LibraryImport("libc", EntryPoint = "setpriority")]
        private static partial int SetPriority(int which, int who, int priority);

        [LibraryImport("libc", EntryPoint = "getsid")]
        private static partial int GetSession(int process);
    }
}
