using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Hoop.AppHost.Local.Running;
using Hoop.AppHost.Tests.Support;
using Shouldly;
using Xunit;

namespace Hoop.AppHost.Tests;

/// <summary>The demo's identity provider, as its clients see it.</summary>
public sealed class IdentityTests : IAsyncLifetime
{
    readonly string _data = Directory.CreateTempSubdirectory("hoop-identity-").FullName;
    readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://127.0.0.1:{Ports.Free()}") };
    Process _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = Start("127.0.0.1");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await _server.StandardOutput.ReadLineAsync(patience.Token) is { } line && !line.StartsWith("listening"))
        {
        }
    }

    [Fact]
    public async Task The_agent_gets_a_token_for_hoop_with_its_secret()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/token") { Content = Form(("grant_type", "client_credentials")) };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("reporting-agent:reporting-agent-demo-secret")));
        var (header, claims) = Read(await JsonAsync(await _http.SendAsync(request)));
        header.GetProperty("alg").GetString().ShouldBe("ES256");
        claims.GetProperty("aud").GetString().ShouldBe("hoop");
        claims.GetProperty("iss").GetString().ShouldBe(_http.BaseAddress!.ToString().TrimEnd('/'));
        claims.GetProperty("sub").GetString().ShouldBe("reporting-agent");
        claims.GetProperty("client_kind").GetString().ShouldBe("agent");
        claims.GetProperty("groups").EnumerateArray().Single().GetString().ShouldBe("agents");
        (claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64()).ShouldBe(15 * 60);
    }

    [Theory]
    [InlineData("ana", "engineers")]
    [InlineData("bea", "dba")]
    public async Task A_person_gets_the_same_kind_of_token_on_the_command_line(string person, string group)
    {
        var (_, claims) = Read(await JsonAsync(await PersonAsync(person)));
        claims.GetProperty("aud").GetString().ShouldBe("hoop");
        claims.GetProperty("sub").GetString().ShouldBe(person);
        claims.GetProperty("client_kind").GetString().ShouldBe("human");
        claims.GetProperty("groups").EnumerateArray().Single().GetString().ShouldBe(group);
    }

    [Theory]
    [InlineData("eve")]
    [InlineData("__proto__")]
    [InlineData("")]
    public async Task Nobody_else_gets_one(string person) =>
        (await PersonAsync(person)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

    [Fact]
    public async Task The_portal_is_sent_to_a_page_to_choose_a_person()
    {
        var start = await _http.GetAsync("/auth?client_id=hoop-portal&response_type=code&scope=openid%20hoop&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fsignin-oidc&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
        start.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        using var request = new HttpRequestMessage(HttpMethod.Get, start.Headers.Location);
        request.Headers.Add("Cookie", string.Join("; ", start.Headers.GetValues("Set-Cookie").Select(c => c.Split(';')[0])));
        var page = await (await _http.SendAsync(request)).Content.ReadAsStringAsync();
        page.ShouldContain("data-testid=\"login-bea\"");
        page.ShouldContain("data-testid=\"login-ana\"");
    }

    [Fact]
    public async Task Another_host_name_is_turned_away()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/.well-known/openid-configuration") { Headers = { Host = "rebound.example" } };
        (await _http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
    }

    [Fact]
    public async Task It_refuses_to_listen_beyond_loopback()
    {
        using var refused = Start("0.0.0.0");
        await refused.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        refused.ExitCode.ShouldBe(1);
        (await refused.StandardError.ReadToEndAsync()).ShouldContain("runs on loopback only");
    }

    Process Start(string host) => Process.Start(new ProcessStartInfo("node", "server.js")
    {
        WorkingDirectory = Path.Combine(Repository.Root, "demo", "identity"),
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment =
        {
            ["HOST"] = host,
            ["PORT"] = _http.BaseAddress!.Port.ToString(),
            ["PORTAL_SECRET"] = "portal-secret",
            ["DATA_DIRECTORY"] = _data,
        },
    })!;

    Task<HttpResponseMessage> PersonAsync(string person) =>
        _http.PostAsync("/token", Form(("grant_type", "urn:hoop:demo:person"), ("client_id", "hoop-cli"), ("login", person)));

    static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.ToDictionary(f => f.Name, f => f.Value));

    static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

    static (JsonElement Header, JsonElement Claims) Read(JsonElement answer)
    {
        var parts = answer.GetProperty("access_token").GetString()!.Split('.');
        return (Part(parts[0]), Part(parts[1]));

        static JsonElement Part(string text) => JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(text)).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        _server.Kill();
        await _server.WaitForExitAsync();
        _server.Dispose();
        _http.Dispose();
        Directory.Delete(_data, recursive: true);
    }
}
