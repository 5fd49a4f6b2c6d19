using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hoop.Testing;

/// <summary>An OIDC issuer on a free loopback port: discovery, JWKS, and tokens with whatever claims a test wants.</summary>
public sealed class FakeIssuer : IAsyncDisposable
{
    private readonly WebApplication app;
    private ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private string keyId = "key-1";

    private FakeIssuer(WebApplication app) => this.app = app;

    public string Url => app.Urls.First();

    /// <summary>How often the keys were asked for.</summary>
    public int KeyRequests { get; private set; }

    public static async Task<FakeIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var issuer = new FakeIssuer(app);
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = issuer.Url, jwks_uri = issuer.Url + "/jwks" }));
        app.MapGet("/jwks", () => issuer.Jwks());
        await app.StartAsync();
        return issuer;
    }

    public void RotateKey()
    {
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        keyId = "key-" + Guid.NewGuid().ToString("n")[..6];
    }

    public string Token(object? changes = null, string? algorithm = null, string? type = "at+jwt", ECDsa? signedBy = null, string? keyIdInHeader = null)
    {
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Url, ["aud"] = "hoop", ["sub"] = "reporting-agent", ["exp"] = DateTimeOffset.Parse("2030-01-01T00:15:00Z").ToUnixTimeSeconds(),
            ["groups"] = new[] { "agents" }, ["client_kind"] = "agent",
        };
        foreach (var change in JsonSerializer.SerializeToElement(changes ?? new { }).EnumerateObject())
            if (change.Value.ValueKind == JsonValueKind.Null) claims.Remove(change.Name);
            else claims[change.Name] = change.Value;
        var header = new { alg = algorithm ?? "ES256", kid = keyIdInHeader ?? keyId, typ = type };
        return Sign(JsonSerializer.Serialize(header), JsonSerializer.Serialize(claims), signedBy);
    }

    /// <summary>A token of just these texts, whatever they are.</summary>
    public string Sign(string header, string claims, ECDsa? signedBy = null)
    {
        var signed = $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Encode((signedBy ?? key).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private IResult Jwks()
    {
        KeyRequests++;
        var q = key.ExportParameters(false).Q;
        return Results.Json(new { keys = new[] { new { kty = "EC", crv = "P-256", use = "sig", kid = keyId, x = Encode(q.X!), y = Encode(q.Y!) } } });
    }

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
