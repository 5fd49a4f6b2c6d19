using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hoop.Approval.Tests.Rigs;

/// <summary>The services around Approval on one loopback port: an OpenID provider (code + PKCE), Policy and Audit.</summary>
public sealed class StubWorld : IAsyncDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ConcurrentDictionary<string, IQueryCollection> _codes = new();
    private readonly WebApplication _app;

    private StubWorld(WebApplication app, Receivers receivers) => (_app, Receivers) = (app, receivers);

    /// <summary>Who is told of requests for targets that begin with <c>told-</c>.</summary>
    public Receivers Receivers { get; }

    public string Url => _app.Urls.Single();

    /// <summary>Who the provider takes the next browser for.</summary>
    public Principal SignsIn { get; set; } = Samples.Bea;

    /// <summary>Changes the ID token's claims before it is given out.</summary>
    public Action<Dictionary<string, object>> Forge { get; set; } = _ => { };

    /// <summary>Principals that Approval acted for at Audit.</summary>
    public ConcurrentQueue<Principal> Watchers { get; } = new();

    /// <summary>Until when whoever asked is signed in, by path; none for whom nothing was said.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> SignedInUntil { get; } = new();

    /// <summary>What Audit was asked, with the names of the headers.</summary>
    public ConcurrentQueue<(string Path, string Query, string[] Headers)> AskedOfAudit { get; } = new();

    /// <summary>A status: Audit cuts the connection instead of answering.</summary>
    public const int HangUp = 0;

    /// <summary>What Audit answers, by path.</summary>
    public ConcurrentDictionary<string, (int Status, string Body)> Audit { get; } = new();

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["services:policy:http:0"] = Url,
        ["services:audit:http:0"] = Url,
        ["Oidc:Authority"] = Url,
        ["Oidc:ClientId"] = "hoop-portal",
        ["Oidc:ClientSecret"] = "portal-secret",
        ["Hoop:SecretsDirectory"] = Receivers.Secrets,
        ["Hoop:Notifications:FirstRetry"] = "00:00:00.050",
        ["Hoop:Notifications:LongestRetry"] = "00:00:00.200",
        ["Hoop:Notifications:GiveUpAfter"] = "00:00:04",
        ["Hoop:Notifications:Timeout"] = "00:00:01",
    };

    public static async Task<StubWorld> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var world = new StubWorld(app, await Receivers.StartAsync());
        app.MapGet("/.well-known/openid-configuration", () => new
        {
            issuer = world.Url, authorization_endpoint = world.Url + "/authorize", token_endpoint = world.Url + "/token", jwks_uri = world.Url + "/jwks",
        });
        app.MapGet("/jwks", world.Jwks);
        app.MapGet("/authorize", world.Authorize);
        app.MapPost("/token", (Delegate)world.TokenAsync);
        app.MapGet("/documents/current", () => new HoopDocument
        {
            Version = 1, Digest = "d1", Issuers = [new IssuerDocument(world.Url, "hoop", new Dictionary<string, string>())],
            Roles = new Dictionary<string, RoleDocument> { ["dba"] = new(["dba"], []), ["lead"] = new(["leads"], []) },
            Access = new AccessDocument { ViewSessions = ["lead"], KillSessions = ["lead"], EditPolicy = ["lead"] },
            Notifications = world.Receivers.Documents,
        });
        app.Map("/api/{**path}", world.AnswerAudit);
        await app.StartAsync();
        return world;
    }

    /// <summary>The principal as this provider knows it.</summary>
    public Principal Of(Principal principal) => principal with { Issuer = Url, Actors = [] };

    public string AccessToken(Principal principal) => Sign(new Dictionary<string, object>
    {
        ["iss"] = Url, ["sub"] = principal.Subject, ["aud"] = "hoop", ["exp"] = Seconds(600), ["preferred_username"] = principal.Name,
        ["client_kind"] = principal.Kind, ["groups"] = principal.Groups, ["auth_time"] = (principal.AuthenticatedAt ?? DateTimeOffset.UnixEpoch.AddSeconds(1)).ToUnixTimeSeconds(),
    });

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Receivers.DisposeAsync();
        _key.Dispose();
    }

    private object Jwks()
    {
        var point = _key.ExportParameters(false).Q;
        return new
        {
            keys = new[] { new { kty = "EC", crv = "P-256", kid = "k1", use = "sig", alg = "ES256", x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) } },
        };
    }

    private IResult Authorize(HttpContext context)
    {
        var code = Guid.NewGuid().ToString("N");
        _codes[code] = context.Request.Query;
        return TypedResults.Redirect($"{context.Request.Query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(context.Request.Query["state"]!)}");
    }

    private async Task<IResult> TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        var basic = "Basic " + Convert.ToBase64String("hoop-portal:portal-secret"u8);
        if (!_codes.TryRemove(form["code"].ToString(), out var asked) || asked["code_challenge"] != challenge ||
            asked["redirect_uri"] != form["redirect_uri"] || context.Request.Headers.Authorization != basic) return TypedResults.BadRequest();
        var identity = new Dictionary<string, object>
        {
            ["iss"] = Url, ["sub"] = SignsIn.Subject, ["aud"] = "hoop-portal", ["exp"] = Seconds(600), ["nonce"] = asked["nonce"].ToString(),
        };
        // As the specification asks: who names an age is told when the person signed in.
        if (asked.ContainsKey("max_age")) identity["auth_time"] = Seconds(asked["prompt"] == "login" ? 0 : -3600);
        Forge(identity);
        return TypedResults.Ok(new { access_token = AccessToken(SignsIn), id_token = Sign(identity), token_type = "Bearer" });
    }

    private IResult AnswerAudit(HttpContext context)
    {
        if (!context.Request.Headers.ContainsKey("X-Hoop-Internal")) return TypedResults.Unauthorized();
        var acting = context.Request.Headers["X-Hoop-Principal"].ToString().Split('.');
        Watchers.Enqueue(JsonSerializer.Deserialize<Principal>(Base64Url.DecodeFromChars(acting[0]))!);
        if (acting.Length > 1) SignedInUntil[context.Request.Path] = DateTimeOffset.FromUnixTimeSeconds(long.Parse(acting[1], CultureInfo.InvariantCulture));
        AskedOfAudit.Enqueue((context.Request.Path, context.Request.QueryString.Value ?? "", [.. context.Request.Headers.Keys]));
        var known = Audit.TryGetValue(context.Request.Path, out var answer);
        if (known && answer.Status == HangUp) context.Abort();
        context.Response.Headers.SetCookie = "of=audit";
        return known
            ? TypedResults.Content(Later(answer.Body, context.Request.Query["after"]), "application/json", statusCode: answer.Status)
            : TypedResults.Problem(statusCode: 404, detail: "There is no such session.");
    }

    /// <summary>As Audit does: only the events after the one that is known.</summary>
    private static string Later(string body, string? after)
    {
        if (!long.TryParse(after, out var known) || !body.TrimStart().StartsWith('{') || JsonNode.Parse(body) is not JsonObject session || session["events"] is not JsonArray events) return body;
        session["events"] = new JsonArray([.. events.Where(e => e!["sequence"]!.GetValue<long>() > known).Select(e => e!.DeepClone())]);
        return session.ToJsonString();
    }

    private string Sign(Dictionary<string, object> claims)
    {
        var header = new Dictionary<string, object> { ["alg"] = "ES256", ["typ"] = "JWT", ["kid"] = "k1" };
        var text = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(header)) + "." + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims));
        return text + "." + Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256));
    }

    private static long Seconds(int fromNow) => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + fromNow;
}
