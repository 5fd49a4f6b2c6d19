using System.Runtime.InteropServices;

namespace Hoop.Ingress.Journal.Segments;

/// <summary>Brings a directory's entries to the disk: without it a power cut can lose a file whose content was synced. .NET has no call for it.</summary>
internal static partial class DirectorySync
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    public static void Flush(string directory)
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

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
