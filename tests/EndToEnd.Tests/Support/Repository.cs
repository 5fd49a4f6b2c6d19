namespace Hoop.EndToEnd.Tests.Support;

internal static class Repository
{
    internal static readonly string Root = Find();

    internal static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !System.IO.File.Exists(Path.Combine(directory.FullName, "Hoop.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("Hoop.sln is not above the test's directory.");
    }
}
