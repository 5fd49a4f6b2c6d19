using System.Diagnostics;
using Xunit;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>A system of its own for tests that kill its parts, because nobody else should have to live with it.</summary>
public sealed class FaultSystem : HoopSystem, IAsyncLifetime
{
    private readonly string config = Path.Combine(Path.GetTempPath(), $"hoop-{Guid.NewGuid():n}.yaml");

    public async ValueTask InitializeAsync()
    {
        // The demo's rules, with one more: changes to order_items wait two seconds only.
        var demo = await File.ReadAllTextAsync(Repository.File("demo", "hoop.yaml"));
        await File.WriteAllTextAsync(config, demo.Replace("\npolicies:\n", """

            policies:
              - name: impatient
                roles: [agent]
                targets: [shop]
                approve: { verbs: [delete], objects: [public.order_items], by: [dba], count: 1, expires: 2s }

            """, StringComparison.Ordinal));
        await StartAsync(config);
    }

    public new async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        File.Delete(config);
    }

    public async Task ReadsAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await PsqlAsync("select 'reads again'")).ExitCode != 0) await Task.Delay(200, patience.Token);
    }

    public async Task<string> SessionWithAsync(string tag, int seconds = 30)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            var list = await CliAsync("sessions", "list", "--as", "bea", "--json");
            if (list.ExitCode == 0)
                foreach (var session in System.Text.Json.JsonDocument.Parse(list.Output).RootElement.EnumerateArray().Take(10))
                {
                    var id = session.GetProperty("id").GetString()!;
                    var shown = await CliAsync("sessions", "show", id, "--as", "bea", "--json");
                    if (shown.Output.Contains(tag, StringComparison.Ordinal)) return id;
                }
            await Task.Delay(100, patience.Token);
        }
    }

    public async Task<System.Text.Json.JsonElement> SessionAsync(string id, Func<System.Text.Json.JsonElement, bool> until)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var shown = await CliAsync("sessions", "show", id, "--as", "bea", "--json");
            if (shown.ExitCode == 0 && System.Text.Json.JsonDocument.Parse(shown.Output).RootElement is var session && until(session)) return session;
            await Task.Delay(100, patience.Token);
        }
    }

    /// <summary>Takes services down until the answer is disposed.</summary>
    public async Task<IAsyncDisposable> WithoutAsync(params string[] services)
    {
        foreach (var service in services) await TellAsync(service, "stop");
        return new Down(this, services);
    }

    private async Task TellAsync(string service, string verb)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Status, $"/api/resources/{service}/{verb}"));
        request.Headers.Add("X-Hoop-Local", "1");
        (await http.SendAsync(request)).EnsureSuccessStatusCode();
    }

    private sealed class Down(FaultSystem system, string[] services) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var service in services.Reverse()) await system.TellAsync(service, "start");
        }
    }

    public static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
        process.WaitForExit();
    }
}
