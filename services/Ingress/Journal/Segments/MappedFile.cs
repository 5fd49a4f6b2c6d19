using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hoop.Ingress.Journal.Segments;

/// <summary>
/// A file's space as memory: writing to it is writing into the page cache, without a call to the kernel, and as safe from a crash of
/// this process. Only where allocated space can be counted on: elsewhere a full disk would be a fault of memory instead of an error.
/// </summary>
internal sealed unsafe partial class MappedFile : IDisposable
{
    private const int ReadWrite = 1 | 2;
    private const int Shared = 1;

    // Linux' numbers for ext2 to ext4, XFS and tmpfs: they keep what fallocate gave, and write in place.
    private static readonly long[] Keeping = [0xEF53, 0x58465342, 0x01021994];

    private byte* start;

    private MappedFile(byte* start, long length)
    {
        this.start = start;
        Length = length;
    }

    public long Length { get; }

    /// <summary>Null: not here. The file is <paramref name="length"/> long and all of it is allocated.</summary>
    public static MappedFile? TryMap(SafeFileHandle file, long length)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess || !KeepsItsSpace(file))
            return null;
        var start = Map(null, (nuint)length, ReadWrite, Shared, file, 0);
        return (nint)start == -1 ? null : new MappedFile(start, length);
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(start is null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + bytes.Length, Length);
        bytes.CopyTo(new Span<byte>(start + offset, bytes.Length));
    }

    public void Dispose()
    {
        if (start is not null)
            _ = Unmap(start, (nuint)Length);
        start = null;
    }

    private static bool KeepsItsSpace(SafeFileHandle file)
    {
        // The kernel's structure begins with the type; how long it is differs, and is never more than this.
        Span<long> status = stackalloc long[64];
        fixed (long* at = status)
            return StatFs(file, at) == 0 && Keeping.Contains(status[0]);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(void* address, nuint length, int protection, int flags, SafeFileHandle file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "fstatfs")]
    private static partial int StatFs(SafeFileHandle file, long* status);
}
