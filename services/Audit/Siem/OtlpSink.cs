using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Siem;

/// <summary>OpenTelemetry logs over HTTP, as JSON. <see href="https://opentelemetry.io/docs/specs/otlp/#otlphttp-request"/></summary>
internal sealed class OtlpSink(SiemSinkOptions options, IHttpClientFactory http, ILogger logger) : ISiemSink
{
    private const int Information = 9, Warning = 13;

    private readonly Uri address = new UriBuilder(options.Url) { Scheme = options.Transport, Port = options.Url.Port, Path = options.Url.AbsolutePath is "/" ? "/v1/logs" : options.Url.AbsolutePath }.Uri;

    /// <exception cref="HttpRequestException">The collector did not take them.</exception>
    public async Task SendAsync(IReadOnlyList<JournalEvent> events, CancellationToken cancel)
    {
        if (events.Count == 0)
            return;
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(Body(events)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (options.Authorization is { Length: > 0 } authorization)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var client = http.CreateClient("otlp");
        using var response = await client.SendAsync(request, cancel);
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadAsStringAsync(cancel);
        // What it does not want it will not want the next time either.
        if (answer.Contains("rejectedLogRecords", StringComparison.Ordinal))
            logger.SinkRejected(options.Name, answer.Length > 300 ? answer[..300] : answer);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ReadOnlyMemory<byte> Body(IReadOnlyList<JournalEvent> events)
    {
        var output = new ArrayBufferWriter<byte>(events.Count * 1024);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteStartArray("resourceLogs");
            json.WriteStartObject();
            json.WriteStartObject("resource");
            json.WriteStartArray("attributes");
            Attribute(json, "service.name", "hoop-audit");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("scopeLogs");
            json.WriteStartObject();
            json.WriteStartObject("scope");
            json.WriteString("name", "hoop.audit");
            json.WriteEndObject();
            json.WriteStartArray("logRecords");
            foreach (var e in events)
                Record(json, e);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void Record(Utf8JsonWriter json, JournalEvent e)
    {
        json.WriteStartObject();
        json.WriteString("timeUnixNano", ((e.At.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100).ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("severityNumber", JsonForm.IsWarning(e) ? Warning : Information);
        json.WriteString("eventName", "hoop." + e.Kind);
        json.WriteStartObject("body");
        json.WriteString("stringValue", e.Payload);
        json.WriteEndObject();
        json.WriteStartArray("attributes");
        Attribute(json, "hoop.session", e.SessionId);
        Attribute(json, "hoop.sequence", e.Sequence.ToString(CultureInfo.InvariantCulture));
        Attribute(json, "hoop.kind", e.Kind);
        Attribute(json, "hoop.hash", e.Hash);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Attribute(Utf8JsonWriter json, string key, string value)
    {
        json.WriteStartObject();
        json.WriteString("key", key);
        json.WriteStartObject("value");
        json.WriteString("stringValue", value);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
