using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hoop.Testing;

/// <summary>A real S3 store with Object Lock of our own, as <c>tests/Testing/s3-scratch</c> starts it: for long tests alone, and gone with the test process.</summary>
public sealed partial class S3Server
{
    private static readonly Lazy<Task<S3Server>> Shared = new(StartAsync);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3), StopTimeout = TimeSpan.FromSeconds(20);

    private readonly ChildProcess process;

    private S3Server(ChildProcess process, S3Access access)
    {
        (this.process, Access) = (process, access);
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>Why there is none; null when there can be one.</summary>
    public static string? Missing { get; } =
        Environment.GetEnvironmentVariable("HOOP_TEST_LONG") != "1" ? "It starts a Ceph cluster: HOOP_TEST_LONG=1 runs it."
        : Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "radosgw"))) ? null
        : "There is no radosgw: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd";

    public S3Access Access { get; }

    /// <summary>One per test process, started on first use.</summary>
    public static Task<S3Server> SharedAsync() => Shared.Value;

    private static async Task<S3Server> StartAsync()
    {
        var script = Path.Combine(Environment.GetEnvironmentVariable("HOOP_REPO") ?? FindRoot(), "tests", "Testing", "s3-scratch");
        var process = await ChildProcess.StartAsync("setpriv", ["--pdeathsig", "TERM", script]);
        await process.SeenAsync(Ready).WaitAsync(StartTimeout);
        var line = process.Output.Split('\n').First(line => Ready.IsMatch(line));
        return new S3Server(process, JsonSerializer.Deserialize<S3Access>(line, JsonSerializerOptions.Web)!);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Hoop.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Run from a checkout of the repository, or set HOOP_REPO.");
    }

    private void OnProcessExit(object? sender, EventArgs e)
    {
        process.Signal("TERM");
        process.Exited.Wait(StopTimeout);
    }

    [GeneratedRegex("""^\{"endpoint":""")]
    private static partial Regex Ready { get; }
}

/// <param name="Endpoint">Without a bucket: <c>http://127.0.0.1:31999</c>.</param>
/// <param name="AccessKey">Of a user who makes buckets and may do everything with them.</param>
/// <param name="GuestAccessKey">Of <c>arn:aws:iam:::user/guest</c>, who may do what a bucket's policy grants.</param>
public sealed record S3Access(Uri Endpoint, string Region, string AccessKey, string SecretKey, string GuestAccessKey, string GuestSecretKey);
