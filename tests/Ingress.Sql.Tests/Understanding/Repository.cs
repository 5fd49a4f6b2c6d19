namespace Hoop.Ingress.Sql.Tests.Understanding;

static class Repository
{
    public static string Root { get; } = Find();

    static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Hoop.sln"))) directory = directory.Parent!;
        return directory.FullName;
    }
}
