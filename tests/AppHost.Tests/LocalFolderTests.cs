using Aspire.Hosting;
using Hoop.AppHost.Local.Running;
using Shouldly;
using Xunit;

namespace Hoop.AppHost.Tests;

public sealed class LocalFolderTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("hoop-folder-").FullName;

    [Fact]
    public void A_second_run_in_the_same_folder_is_refused_until_the_first_ends()
    {
        using (LocalFolder.Take(_folder))
            Should.Throw<DistributedApplicationException>(() => LocalFolder.Take(_folder)).Message.ShouldStartWith("Hoop is already running from this checkout");
        using var again = LocalFolder.Take(_folder);
        again.Root.ShouldBe(_folder);
    }

    [Fact]
    public void Generated_secrets_stay_the_same_and_are_for_their_owner_only()
    {
        var count = 0;
        string secret;
        using (var folder = LocalFolder.Take(_folder))
            secret = folder.Secrets.Keep("a", () => $"secret-{++count}")();
        using (var folder = LocalFolder.Take(_folder))
            folder.Secrets.Keep("a", () => $"secret-{++count}")().ShouldBe(secret);
        count.ShouldBe(1);
        File.GetUnixFileMode(Path.Combine(_folder, "secrets.json")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_log_keeps_only_its_last_lines_in_memory()
    {
        using var log = new LogBuffer(Path.Combine(_folder, "x.log"));
        for (var i = 0; i < 5000; i++)
            log.Append($"line {i}");
        log.Last(10_000).Count.ShouldBe(400);
        log.Last(1).ShouldBe(["line 4999"]);
    }

    [Fact]
    public async Task A_line_without_an_end_is_cut()
    {
        using var log = new LogBuffer(Path.Combine(_folder, "x.log"));
        await log.CopyAsync(new StreamReader(new MemoryStream(new byte[1 << 20])));
        log.Last(1).Single().Length.ShouldBe(4096);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
