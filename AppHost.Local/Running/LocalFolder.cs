using Aspire.Hosting;

namespace Hoop.AppHost.Local.Running;

/// <summary>Where one running application keeps its data, logs and secrets. One application at a time, guarded by a lock file.</summary>
sealed class LocalFolder : IDisposable
{
    readonly FileStream _lock;

    LocalFolder(string root, FileStream @lock)
    {
        Root = root;
        _lock = @lock;
        Secrets = new SecretStore(Path.Combine(root, "secrets.json"));
    }

    public string Root { get; }

    public SecretStore Secrets { get; }

    public string Logs => Directory.CreateDirectory(Path.Combine(Root, "logs")).FullName;

    public static LocalFolder Take(string path)
    {
        var root = Directory.CreateDirectory(Path.GetFullPath(path)).FullName;
        var file = Path.Combine(root, "lock");
        try
        {
            var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new LocalFolder(root, stream);
        }
        catch (IOException)
        {
            throw new DistributedApplicationException(
                $"Hoop is already running from this checkout ({root} is locked): stop the other ./run first, or set HOOP_DATA to another folder and HOOP_PORTS=auto.");
        }
    }

    /// <summary>A service's own folder, readable by its user alone.</summary>
    public string Data(string name)
    {
        var path = Path.Combine(Root, "data", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public void Dispose() => _lock.Dispose();
}
