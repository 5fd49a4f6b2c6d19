using System.Runtime.InteropServices;

namespace Hoop.Testing;

/// <summary>The CPU time of the calling thread: what others do on the machine is not in it.</summary>
public static class ThreadTime
{
    private const int ThreadCpuTime = 3;

    public static TimeSpan Now => Read(ThreadCpuTime, out var time) == 0 ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / 100) : throw new PlatformNotSupportedException();

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int Read(int clock, out Time time);

    private struct Time
    {
        public long Seconds, Nanoseconds;
    }
}
