using System.Net;
using Hoop.Approval.Tests.Rigs;
using Microsoft.AspNetCore.Mvc.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Approval.Tests.Http;

/// <summary>Behind what ends TLS: requests come here by plain http, and Hoop:PortalUrl says that browsers come by https.</summary>
[Collection(PortalCollection.Name)]
public sealed class PortalAddressTests(SagaRig rig)
{
    private static readonly WebApplicationFactoryClientOptions AsTheyCome = new() { AllowAutoRedirect = false, HandleCookies = false };

    [Fact]
    public async Task Behind_https_every_cookie_is_for_https_and_browsers_are_told_so()
    {
        await using var instance = new ApprovalInstance(rig.Broker, new Dictionary<string, string>(rig.World.Settings) { ["Hoop:PortalUrl"] = "https://hoop.example.com" });
        using var client = (await instance.ReadyAsync()).CreateClient(AsTheyCome);

        var cookies = await SignInAsync(client);

        foreach (var name in new[] { "hoop-sign-in", "hoop-portal", ".AspNetCore.Antiforgery" })
            cookies.ShouldContain(cookie => cookie.StartsWith(name, StringComparison.Ordinal) && cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase), name);
        cookies.ShouldAllBe(cookie => cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase));
        using var answer = await client.GetAsync("/alive");
        answer.Headers.GetValues("Strict-Transport-Security").ShouldBe(["max-age=31536000"]);
    }

    [Fact]
    public async Task On_plain_http_there_is_no_such_header()
    {
        using var client = rig.One.CreateClient(AsTheyCome);
        using var answer = await client.GetAsync("/alive");
        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
    }

    /// <summary>Through the provider and back, as a browser goes; all cookies that were set on the way.</summary>
    private async Task<List<string>> SignInAsync(HttpClient client)
    {
        var cookies = new List<string>();
        using var start = await GetAsync("/sign-in?returnUrl=/");
        using var provider = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        rig.World.SignsIn = Samples.Bea;
        using var there = await provider.GetAsync(start.Headers.Location);
        there.Headers.Location!.GetLeftPart(UriPartial.Authority).ShouldBe("https://hoop.example.com");
        using var back = await GetAsync(there.Headers.Location.PathAndQuery);
        back.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        using var page = await GetAsync("/");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        return cookies;

        async Task<HttpResponseMessage> GetAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", cookies.Select(cookie => cookie.Split(';')[0]).Where(cookie => !cookie.EndsWith('='))));
            var answer = await client.SendAsync(request);
            if (answer.Headers.TryGetValues("Set-Cookie", out var set)) cookies.AddRange(set);
            return answer;
        }
    }
}
