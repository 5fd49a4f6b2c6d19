using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.Recipes;

/// <summary>The data directory of a backing service, which runs as its own user when we are root.</summary>
sealed class ServiceFolder(LocalFolder folder, string name, string user)
{
    public string Path { get; } = System.IO.Path.Combine(Root(folder), name);

    public string User => user;

    public async Task CreateAsync(bool keep, CancellationToken cancellationToken)
    {
        if (!keep && Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await GiveAsync(cancellationToken);
    }

    /// <summary>Writes a file that only the service's user reads.</summary>
    public async Task<string> WriteAsync(string fileName, string text, CancellationToken cancellationToken)
    {
        var path = System.IO.Path.Combine(Path, fileName);
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        await using (var writer = new StreamWriter(path, options))
            await writer.WriteAsync(text.AsMemory(), cancellationToken);
        await GiveAsync(cancellationToken);
        return path;
    }

    async Task GiveAsync(CancellationToken cancellationToken)
    {
        if (Environment.IsPrivilegedProcess)
            await Shell.RunAsync(new LaunchableCommand("chown", "-R", user + ":", Path), cancellationToken);
    }

    /// <summary>Another user must be able to walk down to it: from a checkout under /root it cannot.</summary>
    static string Root(LocalFolder folder)
    {
        for (var directory = new DirectoryInfo(folder.Root); directory is not null; directory = directory.Parent)
            if (Environment.IsPrivilegedProcess && !directory.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return "/var/lib/hoop-local/" + StableHash.Of(folder.Root);
        return System.IO.Path.Combine(folder.Root, "data");
    }
}
