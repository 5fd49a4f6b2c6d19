using System.Runtime.InteropServices;

namespace Hoop.AppHost.Local.Running;

static class Signals
{
    public const int Interrupt = 2, Kill = 9, Terminate = 15;

    public static void Send(int processId, int signal)
    {
        if (processId > 1)
            _ = kill(processId, signal);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int kill(int pid, int sig);
}
