using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Policy.Tests.ConfigFile;

public sealed class ConfigFileTests
{
    [Fact]
    public async Task An_edit_takes_effect()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        await rig.NextAnnouncedAsync();
        rig.Write(Samples.Stricter);
        (await rig.NextAnnouncedAsync()).Version.ShouldBe(2);
        (await rig.CurrentAsync()).Policies.Single().MaxRows.ShouldBe(10);
    }

    [Fact]
    public async Task A_bad_edit_keeps_the_last_good_and_is_shown()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        rig.Write(Samples.ThreeMistakes);
        var errors = await ErrorsAsync(rig);
        errors.Select(e => e.GetProperty("line").GetInt32()).ShouldBe([3, 7, 7]);
        (await rig.CurrentAsync()).Version.ShouldBe(1);

        rig.Write(Samples.Stricter);
        await rig.NextAnnouncedAsync();
        (await rig.NextAnnouncedAsync()).Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_bad_file_at_a_restart_keeps_the_last_good()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        rig.Write(Samples.ThreeMistakes);
        await rig.StartServiceAsync(withFile: true);
        (await rig.CurrentAsync()).Version.ShouldBe(1);
        (await ErrorsAsync(rig)).Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_changed_file_at_a_restart_is_a_new_version()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        await rig.StartServiceAsync(withFile: false);
        rig.Write(Samples.Second);
        await rig.StartServiceAsync(withFile: true);
        (await rig.CurrentAsync()).Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_bad_first_file_ends_the_service_with_one_line_for_each_mistake()
    {
        var (code, output) = await RunAsync(rig => rig.Write(Samples.ThreeMistakes));
        code.ShouldBe(1);
        output.Where(l => l.Contains("hoop.yaml:")).Select(l => l[(l.IndexOf("hoop.yaml:", StringComparison.Ordinal) + 10)..]).ShouldBe(
        [
            "3: targets.shop.address: the port is missing; write host:port, such as 10.0.0.5:5432",
            "7: policies \"agents-read\".roles: there is no role \"agnet\"; did you mean \"agent\"?",
            "7: policies \"agents-read\".allow.verbs: \"selct\" is not a verb; did you mean \"select\"?",
        ]);
        output.ShouldNotContain(l => l.TrimStart().StartsWith("at "));
    }

    [Fact]
    public async Task A_missing_first_file_ends_the_service_with_one_line()
    {
        var (code, output) = await RunAsync(_ => { });
        code.ShouldBe(1);
        output.ShouldContain(l => l.EndsWith("hoop.yaml:1: there is no such file; check Hoop__ConfigFile"));
    }

    private static async Task<(int Code, string[] Lines)> RunAsync(Action<PolicyRig> prepare)
    {
        await using var rig = await PolicyRig.CreateAsync();
        prepare(rig);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Hoop.Policy.dll")])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment =
            {
                ["ConnectionStrings__policydb"] = rig.Database, ["ConnectionStrings__rabbitmq"] = "amqp://nobody:nothing@127.0.0.1:1",
                ["Hoop__ConfigFile"] = rig.File, ["Hoop__InternalKey"] = PolicyRig.InternalKey, ["Hoop__DataDirectory"] = Path.GetDirectoryName(rig.File)!, ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            },
        };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, (await output + await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>The file's mistakes, once the service has seen them.</summary>
    private static async Task<JsonElement[]> ErrorsAsync(PolicyRig rig)
    {
        using var editor = rig.Bea();
        var status = await Eventually.SeenAsync(
            () => editor.GetFromJsonAsync<JsonElement>("/documents/status"), status => status.GetProperty("file").GetProperty("errors").GetArrayLength() > 0);
        return [.. status.GetProperty("file").GetProperty("errors").EnumerateArray()];
    }
}
