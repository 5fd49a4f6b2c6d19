namespace Hoop.AppHost.Tests.Support;

static class Repository
{
    public static string Root { get; } = Find();

    static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Hoop.sln")))
            directory = directory.Parent ?? throw new DirectoryNotFoundException("Hoop.sln");
        return directory.FullName;
    }
}
