using System.Net.Http.Headers;
using System.Text;
using Hoop.Cli.Api;
using Hoop.Cli.Output;

namespace Hoop.Cli.Identity;

/// <summary>Access tokens from the demo's identity provider, which gives them for the asking and listens on loopback only.</summary>
internal static class TokenClient
{
    private const string PersonGrant = "urn:hoop:demo:person";
    private const string CliClient = "hoop-cli";

    /// <summary>The demo's agents. Their secrets are public on purpose, like the provider's loopback address.</summary>
    private static readonly Dictionary<string, string> DemoAgents = new(StringComparer.Ordinal) { ["reporting-agent"] = "reporting-agent-demo-secret" };

    public static async Task<AccessToken> ForAsync(string name, Uri identity, CancellationToken cancel)
    {
        if (!identity.IsLoopback) throw CliException.Usage("--as is for the demo on this machine. Elsewhere set HOOP_TOKEN to an access token of your identity provider.");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(identity, "/token"));
        if (DemoAgents.TryGetValue(name, out var secret))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}")));
            request.Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]);
        }
        else
        {
            request.Content = new FormUrlEncodedContent([new("grant_type", PersonGrant), new("client_id", CliClient), new("login", name)]);
        }
        return Read(name, await HoopApi.SendAsync(request, identity, cancel));
    }

    private static AccessToken Read(string name, HttpResponseMessage response)
    {
        using (response)
        {
            var answer = HoopApi.ReadJson(response);
            if (response.IsSuccessStatusCode && answer.Text("access_token") is { Length: > 0 } token)
                return new AccessToken(token, answer.Child("expires_in")?.GetInt32() ?? 0);
            var reason = answer.Text("error_description") is { Length: > 0 } said ? said : answer.Text("error");
            throw CliException.Refused($"no token for {name} ({(reason.Length > 0 ? reason : $"HTTP {(int)response.StatusCode}")}). The demo knows ana, bea and {string.Join(", ", DemoAgents.Keys)}.");
        }
    }
}

/// <param name="ExpiresIn">Seconds.</param>
internal sealed record AccessToken(string Token, int ExpiresIn);
