using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Api;

/// <summary>The portal's HTTP API on behalf of one principal.</summary>
internal sealed class HoopApi(Uri portal, string token)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromSeconds(60) };

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancel)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancel);
        return ReadJson(response);
    }

    public async Task<JsonElement> PostAsync(string path, object body, CancellationToken cancel)
    {
        using var response = await SendAsync(HttpMethod.Post, path, JsonContent.Create(body), cancel);
        return ReadJson(response);
    }

    public async Task DownloadAsync(string path, Stream destination, CancellationToken cancel)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancel);
        await response.Content.CopyToAsync(destination, cancel);
    }

    /// <summary>An answer without an end of its own; the caller disposes it.</summary>
    /// <param name="after">The last event that was seen, where it is taken up again.</param>
    public async Task<Stream> StreamAsync(string path, CancellationToken cancel, string? after = null) =>
        await (await SendAsync(HttpMethod.Get, path, null, cancel, after)).Content.ReadAsStreamAsync(cancel);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancel, string? after = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(portal, path)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (after is not null) request.Headers.Add("Last-Event-ID", after);
        var response = await SendAsync(request, portal, cancel);
        if (response.IsSuccessStatusCode) return response;
        using (response) throw Refusal(response, path);
    }

    /// <summary>Any answer, or one line that says who does not answer.</summary>
    public static async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Uri who, CancellationToken cancel)
    {
        try
        {
            var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (!response.IsSuccessStatusCode || IsJson(response)) await response.Content.LoadIntoBufferAsync(cancel);
            return response;
        }
        catch (HttpRequestException e)
        {
            throw CliException.Unreachable($"{who.GetLeftPart(UriPartial.Authority)} does not answer ({e.Message}). Is ./run running? ./hoop doctor looks at all parts.");
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw CliException.Unreachable($"{who.GetLeftPart(UriPartial.Authority)} took too long to answer. ./hoop doctor looks at all parts.");
        }
    }

    /// <summary>Undefined when the answer is not JSON.</summary>
    public static JsonElement ReadJson(HttpResponseMessage response)
    {
        if (!IsJson(response)) return default;
        try
        {
            using var document = JsonDocument.Parse(response.Content.ReadAsStream());
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static bool IsJson(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType is { } type && (type == "application/json" || type.EndsWith("+json", StringComparison.Ordinal));

    private static CliException Refusal(HttpResponseMessage response, string path)
    {
        var problem = ReadJson(response);
        var said = problem.Text("detail") is { Length: > 0 } detail ? detail : problem.Text("title");
        return response.StatusCode switch
        {
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                CliException.Unreachable(said.Length > 0 ? said : "a part of Hoop does not answer; ./hoop doctor looks at all parts."),
            HttpStatusCode.Unauthorized => CliException.Refused(said.Length > 0 ? said : "the token was not accepted; get a new one."),
            HttpStatusCode.NotFound => CliException.Refused(said.Length > 0 ? said : $"there is nothing at {path}, or it is not yours to see."),
            _ => CliException.Refused(said.Length > 0 ? said : $"refused with HTTP {(int)response.StatusCode}."),
        };
    }
}
