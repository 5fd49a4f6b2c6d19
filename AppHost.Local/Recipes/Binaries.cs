namespace Hoop.AppHost.Local.Recipes;

static class Binaries
{
    /// <summary>Debian keeps servers out of a user's PATH.</summary>
    static readonly string[] AlsoLookIn = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(AlsoLookIn)
            .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>The newest PostgreSQL of Debian's side-by-side installations, else the one in the PATH.</summary>
    public static string? FindPostgres(string name) =>
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [])
            .OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var version) ? version : 0)
            .Select(directory => Path.Combine(directory, "bin", name)).FirstOrDefault(File.Exists) ?? Find(name);

    /// <summary>RabbitMQ's server itself, not the wrapper in the PATH, which insists on Debian's own data directory.</summary>
    public static string? FindRabbitServer() =>
        File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server") ? "/usr/lib/rabbitmq/bin/rabbitmq-server" : Find("rabbitmq-server");
}
