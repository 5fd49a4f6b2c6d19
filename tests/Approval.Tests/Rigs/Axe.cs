using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;
using Shouldly;

namespace Hoop.Approval.Tests.Rigs;

/// <summary>axe-core, the accessibility checker, in a page. Put in by the browser itself: the pages' own policy would refuse it.</summary>
internal static class Axe
{
    private static readonly Lazy<Task<string>> Source = new(LoadAsync);

    public static async Task PutIntoAsync(IBrowserContext context) => await context.AddInitScriptAsync(await Source.Value);

    /// <summary>No violation of any rule, best practices included, on the page as it stands.</summary>
    public static async Task ShouldFindNothingAsync(this IPage page, string where, params string[] rules)
    {
        var only = rules.Length == 0 ? "" : $", {{ runOnly: {JsonSerializer.Serialize(rules)} }}";
        var found = await page.EvaluateAsync<JsonElement>($"async () => (await axe.run(document{only})).violations");
        found.EnumerateArray().SelectMany(violation => violation.GetProperty("nodes").EnumerateArray().Select(node =>
            $"{where}: {violation.GetProperty("id")} at {node.GetProperty("html")}: {node.GetProperty("failureSummary")}")).ShouldBeEmpty();
    }

    private static async Task<string> LoadAsync()
    {
        var folder = Path.Combine(Environment.GetEnvironmentVariable("HOOP_REPO") ?? FindRoot(), "tests", "Approval.Tests", "browser");
        var file = Path.Combine(folder, "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(file))
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
            await npm.StandardOutput.ReadToEndAsync();
            await npm.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
            npm.ExitCode.ShouldBe(0, "npm ci fetches axe-core");
        }
        return await File.ReadAllTextAsync(file);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hoop.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
