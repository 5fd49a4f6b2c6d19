using System.Globalization;
using System.Runtime.InteropServices;

namespace Hoop.Testing;

/// <summary>A disk that fills up under a file which this process has open.</summary>
public static partial class FullDisk
{
    private const int WriteOnly = 1;

    /// <summary>Every write to it fails from now on, as Linux' own device for that does.</summary>
    public static void Under(string path)
    {
        var full = Open("/dev/full", WriteOnly);
        var opened = Directory.GetFiles("/proc/self/fd").Single(link => File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName == path);
        if (full < 0 || Replace(full, int.Parse(Path.GetFileName(opened), CultureInfo.InvariantCulture)) < 0) throw new IOException($"{path} can not be put on a full disk.");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Replace(int from, int to);
}
