using System.Diagnostics;

namespace Hoop.Testing;

/// <summary>How a RabbitMQ of our own is told apart from the system's: every name, port and path is given.</summary>
internal sealed record RabbitMqSettings(int Port, int DistributionPort, int EpmdPort, string UserName, string Password)
{
    private const string DirectoryPrefix = "hoop-test-mq-";

    private static bool IsRoot => Environment.UserName == "root";

    private string NodeName => $"hoop{Port}@localhost";

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
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its server is still going down, another process sweeps too, or it is another user's.
            }
        }
    }

    /// <summary>Home, configuration and data of the node; its name carries our process, so that a later run can tell whether we still live.</summary>
    public string CreateDirectory()
    {
        var directory = Path.Combine(TestFolders.Root, $"{DirectoryPrefix}{Environment.ProcessId}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "rabbitmq.conf"), $"""
            listeners.tcp.1 = 127.0.0.1:{Port}
            default_user = {UserName}
            default_pass = {Password}
            log.console.level = warning
            disk_free_limit.absolute = 50MB
            """);
        File.WriteAllText(Path.Combine(directory, "enabled_plugins"), "[].");
        var cookie = Path.Combine(directory, ".erlang.cookie");
        File.WriteAllText(cookie, Password);
        var owner = IsRoot ? $" && chown -R rabbitmq:rabbitmq {directory}" : "";
        using var guard = Process.Start("sh", ["-c", $"chmod 0400 {cookie} && chmod 0700 {directory}{owner}"]);
        guard.WaitForExit();
        return directory;
    }

    /// <summary>Arguments of setpriv that run a program as the server's user, with only the server's environment, for as long as we live.</summary>
    public string[] AsServerUser(string directory, params string[] command)
    {
        string[] user = IsRoot ? ["--reuid=rabbitmq", "--regid=rabbitmq", "--init-groups"] : [];
        return [.. user, "--pdeathsig", "KILL", "env", "-i", "-C", directory, .. ServerEnvironment(directory), .. command];
    }

    // erl_call names itself after the host alone, so two at once keep each other out.
    private static readonly SemaphoreSlim OneCall = new(1, 1);

    /// <summary>Evaluates Erlang in the node: far quicker than starting rabbitmqctl.</summary>
    public async Task ControlAsync(string directory, string erlang)
    {
        await OneCall.WaitAsync();
        try
        {
            await CallAsync(directory, erlang);
        }
        finally
        {
            OneCall.Release();
        }
    }

    private async Task CallAsync(string directory, string erlang)
    {
        var call = await ChildProcess.StartAsync("setpriv",
            AsServerUser(directory, "sh", "-c", $"echo \"$0\" | erl_call -c {Password} -name {NodeName} -e", erlang));
        await call.Exited.WaitAsync(TimeSpan.FromSeconds(30));
        if (call.ExitCode != 0 || !call.Output.Contains("{ok, ok}")) throw new InvalidOperationException($"RabbitMQ refused a command:\n{call.Output}");
    }

    private string[] ServerEnvironment(string directory) =>
    [
        "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG=C.UTF-8", $"HOME={directory}",
        $"RABBITMQ_NODENAME={NodeName}", $"RABBITMQ_DIST_PORT={DistributionPort}",
        $"RABBITMQ_MNESIA_BASE={directory}/mnesia", $"RABBITMQ_LOG_BASE={directory}/log", "RABBITMQ_LOGS=-",
        $"RABBITMQ_CONFIG_FILE={directory}/rabbitmq.conf", $"RABBITMQ_ENABLED_PLUGINS_FILE={directory}/enabled_plugins",
        $"RABBITMQ_PID_FILE={directory}/pid", "RABBITMQ_CONF_ENV_FILE=/dev/null", $"RABBITMQ_GENERATED_CONFIG_DIR={directory}/config",
        $"ERL_EPMD_PORT={EpmdPort}", "ERL_EPMD_ADDRESS=127.0.0.1",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
        // The start script then becomes the Erlang VM instead of waiting for it, so a signal reaches the server itself.
        "RUNNING_UNDER_SYSTEMD=true",
    ];
}
