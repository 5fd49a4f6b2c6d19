using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hoop.Cli.Tests;

/// <summary>The command beside a portal and an identity provider that answer what a test wants.</summary>
internal sealed class CliRig : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("hoop-cli-");
    private readonly Dictionary<string, string?> _environment = [];

    private CliRig(WebApplication app) => _app = app;

    /// <summary>What the portal was asked: method, path and query, who, body.</summary>
    public List<(string Request, string Who, string Body)> Asked { get; } = [];

    /// <summary>The last events that streams were taken up after.</summary>
    public List<string> TakenUp { get; } = [];

    /// <summary>Answers of the portal by method and path, with or without the query.</summary>
    public Dictionary<string, (int Status, object Body)> Answers { get; } = [];

    /// <summary>Answers that are given once each, in order, before those above.</summary>
    public Dictionary<string, Queue<(int Status, object Body)>> Next { get; } = [];

    public string Url => _app.Urls.First();

    public static async Task<CliRig> StartAsync(string? postgres = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var rig = new CliRig(builder.Build());
        rig._app.MapGet("/health", () => "Healthy");
        rig._app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = rig.Url }));
        rig._app.MapPost("/token", rig.TokenAsync);
        rig._app.Map("/api/{**path}", rig.AnswerAsync);
        await rig._app.StartAsync();
        var file = rig.File("endpoints.json");
        await System.IO.File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { postgres = postgres ?? "127.0.0.1:1", portal = rig.Url, identity = rig.Url, status = rig.Url }));
        rig.Set("HOOP_ENDPOINTS", file);
        return rig;
    }

    public void Set(string variable, string? value) => _environment[variable] = value;

    public string File(string name) => Path.Combine(_directory.FullName, name);

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await HoopCli.RunAsync(args, new CliHost(output, error, _environment.GetValueOrDefault, TimeProvider.System));
        return (code, output.ToString(), error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (form["grant_type"] == "client_credentials")
        {
            var basic = Convert.ToBase64String("reporting-agent:reporting-agent-demo-secret"u8);
            return request.Headers.Authorization == $"Basic {basic}" ? Token("reporting-agent") : Results.Json(new { error = "invalid_client" }, statusCode: 401);
        }
        return form["grant_type"] == "urn:hoop:demo:person" && form["client_id"] == "hoop-cli" && form["login"] == "bea"
            ? Token("bea")
            : Results.Json(new { error = "invalid_grant", error_description = "grant request is invalid" }, statusCode: 400);
    }

    private static IResult Token(string who) => Results.Json(new { access_token = $"token-of-{who}", token_type = "Bearer", expires_in = 900 });

    private async Task<IResult> AnswerAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        if (request.Headers["Last-Event-ID"] is [{ } last]) TakenUp.Add(last);
        Asked.Add(($"{request.Method} {request.Path}{request.QueryString}", request.Headers.Authorization.ToString(), await reader.ReadToEndAsync()));
        if (Next.TryGetValue($"{request.Method} {request.Path}", out var queue) && queue.TryDequeue(out var next)) return Result(next);
        if (!Answers.TryGetValue($"{request.Method} {request.Path}{request.QueryString}", out var answer) && !Answers.TryGetValue($"{request.Method} {request.Path}", out answer)) return Results.Problem(statusCode: 404, detail: "There is no such request.");
        return Result(answer);
    }

    private static IResult Result((int Status, object Body) answer)
    {
        return answer.Body switch
        {
            Events events => Results.Text(events.Text, "text/event-stream"),
            byte[] bytes => Results.Bytes(bytes, "application/x-ndjson"),
            string detail when answer.Status >= 400 => Results.Problem(statusCode: answer.Status, detail: detail),
            var body => Results.Json(body, statusCode: answer.Status),
        };
    }
}

/// <summary>Server-sent events, after which the connection ends.</summary>
internal sealed record Events(string Text);
