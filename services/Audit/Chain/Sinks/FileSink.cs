using System.Runtime.InteropServices;
using Hoop.Audit.Chain.Log;
using Microsoft.Win32.SafeHandles;

namespace Hoop.Audit.Chain.Sinks;

/// <summary>
/// A file that is opened for appending and nothing else (O_APPEND): with <c>chattr +a</c>, or on a mount of another machine's, this service can add to
/// it and not change it.
/// </summary>
internal sealed partial class FileSink(string path) : ICheckpointSink
{
    private const int WriteOnly = 1, Create = 0x40, Append = 0x400, CloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180;   // 0600

    public string Name => $"file:{path}";

    public string Label => "file";

    public Task DeliverAsync(Checkpoint checkpoint, CancellationToken cancel)
    {
        using var handle = Open(path, WriteOnly | Create | Append | CloseOnExec, OwnerOnly);
        if (handle.IsInvalid)
            throw new IOException($"{path} can not be opened for appending: {Marshal.GetLastPInvokeErrorMessage()}");
        // A line feed before and after: what a crash cut short must not run into the next line.
        byte[] line = [(byte)'\n', .. checkpoint.ToLine(), (byte)'\n'];
        RandomAccess.Write(handle, line, fileOffset: 0);   // On a handle with O_APPEND the kernel appends, whatever the offset.
        RandomAccess.FlushToDisk(handle);
        return Task.CompletedTask;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, int mode);
}
