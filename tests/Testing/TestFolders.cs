namespace Hoop.Testing;

/// <summary>Where tests keep what only they need: in memory, where there is room, else in the temporary folder.</summary>
/// <remarks>Not every machine lets a user other than root write to its disk at any moment, and a database of a test needs no disk.</remarks>
public static class TestFolders
{
    private const string Memory = "/dev/shm";
    private const long LeastFree = 4L << 30;

    /// <summary>An existing folder that every user may create things in.</summary>
    public static string Root { get; } = HasRoom() ? Memory : Path.GetTempPath();

    /// <summary>A new folder of the caller's, who deletes it.</summary>
    public static DirectoryInfo Create(string prefix)
    {
        var folder = Path.Combine(Root, prefix + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal));
        return OperatingSystem.IsWindows() ? Directory.CreateDirectory(folder) : Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static bool HasRoom() => Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace >= LeastFree;
}
