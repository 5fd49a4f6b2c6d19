using System.Diagnostics;

namespace Hoop.Testing;

/// <summary>Runs PostgreSQL's programs; as root they run as the <c>postgres</c> user, since the server refuses root.</summary>
internal static class PostgresBinaries
{
    private const string DirectoryPrefix = "hoop-test-pg-";

    private static readonly string[] Settings =
    [
        "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "shared_buffers=32MB",
        "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=32MB", "min_wal_size=8MB",
    ];

    private static readonly Lazy<string> Folder = new(static () =>
        Directory.Exists("/usr/lib/postgresql") &&
        Directory.GetDirectories("/usr/lib/postgresql")
            .Where(d => File.Exists(Path.Combine(d, "bin", "initdb")))
            .MaxBy(d => int.TryParse(Path.GetFileName(d), out var version) ? version : 0) is { } newest
            ? Path.Combine(newest, "bin")
            : throw new InvalidOperationException("PostgreSQL's server programs are missing: apt-get install postgresql."));

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>A data directory's parent that names our process, so that a later run can tell whether we still live.</summary>
    public static string CreateDirectory()
    {
        var directory = Path.Combine(TestFolders.Root, $"{DirectoryPrefix}{Environment.ProcessId}-{Guid.NewGuid():N}");
        Run("install", IsRoot ? ["-d", "-m", "0700", "-o", "postgres", "-g", "postgres", directory] : ["-d", "-m", "0700", directory]);
        return directory;
    }

    /// <summary>Removes what killed test processes left behind.</summary>
    public static void SweepLeftovers()
    {
        foreach (var directory in Directory.GetDirectories(TestFolders.Root, DirectoryPrefix + "*"))
        {
            var owner = Path.GetFileName(directory)[DirectoryPrefix.Length..].Split('-')[0];
            if (Directory.Exists("/proc/" + owner)) continue;
            try
            {
                Directory.Delete(directory, recursive: true);
            }
            catch (IOException)
            {
                // Its server is still going down, or another process sweeps too.
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's.
            }
        }
    }

    public static async Task InitializeAsync(string directory, string user, string password, string? hba)
    {
        var passwordFile = Path.Combine(directory, "password");
        await File.WriteAllTextAsync(passwordFile, password);
        if (IsRoot) Run("chown", ["postgres", passwordFile]);
        var data = Path.Combine(directory, "data");
        var (file, arguments) = AsServerUser(Path.Combine(Folder.Value, "initdb"),
        [
            "-D", data, "-U", user, "--pwfile", passwordFile, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
            "--no-sync", "--no-instructions", "--wal-segsize=4",
        ]);
        var child = await ChildProcess.StartAsync(file, arguments);
        await child.Exited.WaitAsync(TimeSpan.FromSeconds(120));
        if (child.ExitCode != 0) throw new InvalidOperationException("initdb failed:\n" + child.Output);
        File.Delete(passwordFile);
        if (hba is null) return;
        var hbaFile = Path.Combine(data, "pg_hba.conf");
        await File.WriteAllTextAsync(hbaFile, hba + "\n" + await File.ReadAllTextAsync(hbaFile));
    }

    public static Task<ChildProcess> StartAsync(string directory, int port, IEnumerable<string> settings)
    {
        var (file, arguments) = AsServerUser(Path.Combine(Folder.Value, "postgres"),
            ["-D", Path.Combine(directory, "data"), "-p", port.ToString(), .. Settings.Concat(settings).SelectMany(s => new[] { "-c", s })]);
        return ChildProcess.StartAsync(file, arguments);
    }

    private static (string File, string[] Arguments) AsServerUser(string program, string[] arguments)
    {
        string[] user = IsRoot ? ["--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        return ("setpriv", [.. user, "--pdeathsig", "INT", program, .. arguments]);
    }

    private static void Run(string file, string[] arguments)
    {
        using var process = Process.Start(file, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} failed ({process.ExitCode}).");
    }
}
