using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hoop.Ingress.Journal.Segments;

/// <summary>Brings things to the disk for which .NET has no call.</summary>
internal static partial class DiskSync
{
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const int Interrupted = 4;

    /// <summary>A file's content and what is needed to find it again; not its times, which would cost a second write each time.</summary>
    public static void Content(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (FDataSync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                throw new IOException($"A journal segment can not be synced: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <summary>A directory's entries: without it a power cut can lose a file whose content was synced.</summary>
    public static void Entries(string directory)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var descriptor = Open(directory, ReadOnlyCloseOnExec);
        if (descriptor < 0)
            throw new IOException($"The journal's directory can not be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        try
        {
            if (FSync(descriptor) != 0)
                throw new IOException($"The journal's directory can not be synced: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
        finally
        {
            Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
