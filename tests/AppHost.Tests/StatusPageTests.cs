using System.Net;
using System.Text.Json;
using Aspire.Hosting;
using Hoop.AppHost.Local.Running;
using Hoop.AppHost.Local.StatusPage;
using Hoop.AppHost.Tests.Support;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.AppHost.Tests;

public sealed class StatusPageTests : IAsyncLifetime
{
    readonly LocalRig _rig = new();
    readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{Ports.Free()}") };
    IAsyncDisposable _page = null!;

    public async ValueTask InitializeAsync()
    {
        _rig.AddShell("talker", "echo '<script>alert(1)</script>'; sleep 100");
        await _rig.StartAsync();
        _page = await StatusPageHost.StartAsync(_http.BaseAddress!.ToString(), _rig.Orchestrator);
        await _rig.UntilAsync("talker", RunState.Healthy);
    }

    [Fact]
    public async Task Resources_are_listed_with_state_process_and_memory()
    {
        var talker = JsonDocument.Parse(await _http.GetStringAsync("/api/resources")).RootElement.EnumerateArray().Single();
        talker.GetProperty("name").GetString().ShouldBe("talker");
        talker.GetProperty("state").GetString().ShouldBe("Healthy");
        talker.GetProperty("processId").GetInt32().ShouldBe(_rig["talker"].Status.ProcessId!.Value);
        talker.GetProperty("memoryBytes").GetInt64().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task What_a_child_prints_is_text_and_never_markup()
    {
        var page = await Eventually.SeenAsync(() => _http.GetStringAsync("/resources/talker"), page => page.Contains("&lt;script&gt;alert(1)"));
        page.ShouldNotContain("<script>");
        (await _http.GetStringAsync("/")).ShouldNotContain("<script>");
    }

    [Fact]
    public async Task Another_host_name_is_turned_away()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "rebound.example" } };
        (await _http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
    }

    [Fact]
    public async Task A_command_needs_the_header_that_a_foreign_page_cannot_send()
    {
        (await _http.PostAsync("/api/resources/talker/stop", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        _rig["talker"].Status.State.ShouldBe(RunState.Healthy);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/resources/talker/stop") { Headers = { { StatusPageRoutes.CommandHeader, "1" } } };
        (await _http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await _rig.UntilAsync("talker", RunState.Stopped);
    }

    [Theory]
    [InlineData("/resources/nobody")]
    [InlineData("/api/resources/nobody/log")]
    public async Task An_unknown_resource_is_not_found(string path) =>
        (await _http.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

    [Fact]
    public async Task It_refuses_to_listen_beyond_loopback() =>
        (await Should.ThrowAsync<DistributedApplicationException>(() => StatusPageHost.StartAsync("http://0.0.0.0:1", _rig.Orchestrator))).Message.ShouldContain("loopback only");

    public async ValueTask DisposeAsync()
    {
        await _page.DisposeAsync();
        await _rig.DisposeAsync();
        _http.Dispose();
    }
}
