using System.Diagnostics;
using Hoop.ServiceDefaults.Documents;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Documents;

public sealed class ReferencesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("hoop-references-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_variable_that_is_for_it_is_given_out()
    {
        Environment.SetEnvironmentVariable("HOOP_TEST_REFERENCE", "of the shop");
        (await ResolveAsync("env:HOOP_TEST_REFERENCE")).ShouldBe("of the shop");
    }

    [Theory]
    [InlineData("Hoop__InternalKey")]
    [InlineData("hoop__internalkey")]
    [InlineData("Hoop:InternalKey")]
    [InlineData("ConnectionStrings__approvaldb")]
    [InlineData("CONNECTIONSTRINGS:APPROVALDB")]
    [InlineData("Oidc__ClientSecret")]
    [InlineData("ASPNETCORE_HTTPS_PASSWORD")]
    [InlineData("aspnetcore_Kestrel__Certificates__Default__Password")]
    [InlineData("DOTNET_Hoop__InternalKey")]
    [InlineData("dotnet_secret")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS")]
    [InlineData("POSTGRESQLCONNSTR_approvaldb")]
    [InlineData("PGPASSWORD")]
    public async Task A_setting_of_Hoops_own_is_not(string name)
    {
        Environment.SetEnvironmentVariable(name, "hunter2");
        try
        {
            (await RefusedAsync($"env:{name}")).ShouldContain("is a setting of Hoop's own");
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Theory]
    [InlineData("SHOP_ADDRESS")]
    [InlineData("SHOP_PASSWORD")]
    [InlineData("BENCH_ADDRESS")]
    [InlineData("BENCH_PASSWORD")]
    [InlineData("Oidc_Shop")]
    public async Task Names_of_targets_stay_free(string name)
    {
        Environment.SetEnvironmentVariable(name, "1");
        (await ResolveAsync($"env:{name}")).ShouldBe("1");
        Environment.SetEnvironmentVariable(name, null);
    }

    [Fact]
    public async Task A_variable_that_is_not_set_is_named() =>
        (await RefusedAsync("env:HOOP_TEST_NOT_SET")).ShouldStartWith("the environment variable HOOP_TEST_NOT_SET is not set");

    [Fact]
    public async Task A_file_of_the_secrets_directory_is_given_out_without_its_last_line_end() =>
        (await ResolveAsync("file:" + Write("secrets/shop", "of the shop\r\n"))).ShouldBe("of the shop");

    [Fact]
    public async Task A_link_within_the_secrets_directory_leads_on_as_in_mounted_secrets()
    {
        Write("secrets/..2026/shop", "of the shop");
        Directory.CreateSymbolicLink(At("secrets/..data"), "..2026");
        File.CreateSymbolicLink(At("secrets/shop"), "..data/shop");
        (await ResolveAsync("file:" + At("secrets/shop"))).ShouldBe("of the shop");
    }

    [Theory]
    [InlineData("/proc/self/environ")]
    [InlineData("/sys/kernel/uevent_helper")]
    [InlineData("/dev/stdin")]
    [InlineData("//proc/self/environ")]
    [InlineData("/run/secrets/../../proc/self/environ")]
    [InlineData("/run/secrets/kubernetes.io/serviceaccount/token")]
    [InlineData("relative")]
    [InlineData("")]
    public async Task Places_that_are_never_secrets_of_hoop_yaml_are_refused(string path) =>
        (await RefusedAsync($"file:{path}", directory: "/")).ShouldContain("is no place of secrets");

    [Fact]
    public async Task A_file_elsewhere_is_refused_and_the_setting_named()
    {
        (await RefusedAsync("file:" + Write("elsewhere", "hunter2"))).ShouldContain("is not below");
        (await RefusedAsync("file:/etc/passwd", directory: "")).ShouldContain("is not below /run/secrets (Hoop__SecretsDirectory)");
        // Its name begins alike.
        (await RefusedAsync("file:" + Write("secrets-of-others/x", "hunter2"))).ShouldContain("is not below");
    }

    [Fact]
    public async Task A_link_out_of_the_secrets_directory_is_refused()
    {
        Write("elsewhere/key", "hunter2");
        Write("secrets/here", "x");
        File.CreateSymbolicLink(At("secrets/file"), At("elsewhere/key"));
        Directory.CreateSymbolicLink(At("secrets/directory"), At("elsewhere"));
        File.CreateSymbolicLink(At("secrets/environment"), "/proc/self/environ");
        File.CreateSymbolicLink(At("secrets/circle"), At("secrets/circle"));
        foreach (var name in new[] { "file", "directory/key", "environment" })
            (await RefusedAsync("file:" + At($"secrets/{name}"))).ShouldContain("is not below");
        (await RefusedAsync("file:" + At("secrets/circle"))).ShouldContain("cannot be read");
    }

    [Fact]
    public async Task What_Hoop_keeps_is_refused_wherever_secrets_may_lie() =>
        (await RefusedAsync("file:" + Write("data/signing-key", "hunter2"), directory: _root)).ShouldContain("is not below");

    [Fact]
    public async Task Only_a_small_regular_file_is_read()
    {
        (await RefusedAsync("file:" + Write("secrets/large", new string('x', 64 * 1024 + 1)))).ShouldContain("is not a regular file of 1 byte to 64 KiB");
        (await RefusedAsync("file:" + Write("secrets/empty", ""))).ShouldContain("is not a regular file");
        using (var process = Process.Start("mkfifo", [At("secrets/pipe")])) await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        (await RefusedAsync("file:" + At("secrets/pipe"))).ShouldContain("is not a regular file");
        (await RefusedAsync("file:" + At("secrets"), directory: _root)).ShouldContain("is not a regular file");
    }

    [Fact]
    public async Task What_is_no_reference_is_not_used_as_a_secret_and_not_repeated()
    {
        (await RefusedAsync("hunter2")).ShouldContain("is no reference");
        (await Of().PlainOrResolvedAsync("10.0.0.5:5432", CancellationToken.None)).ShouldBe("10.0.0.5:5432");
    }

    private References Of(string? directory = null) => new(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Hoop:SecretsDirectory"] = directory ?? At("secrets"), ["Hoop:DataDirectory"] = At("data"),
    }).Build());

    private ValueTask<string> ResolveAsync(string reference) => Of().ResolveAsync(reference, CancellationToken.None);

    private async Task<string> RefusedAsync(string reference, string? directory = null)
    {
        var message = (await Should.ThrowAsync<ReferenceException>(async () => await Of(directory).ResolveAsync(reference, CancellationToken.None))).Message;
        message.ShouldNotContain("hunter2");
        message.ShouldNotContain("\n");
        return message;
    }

    private string At(string path) => Path.Combine(_root, path);

    private string Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
        return At(path);
    }
}
