using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hoop.ServiceDefaults.Documents;

/// <summary>Pulls a distributed document over HTTP and keeps the last good one on disk.</summary>
public sealed class DocumentCache<T>(IHttpClientFactory http, string service, string path, string? file) where T : class
{
    /// <summary>How documents travel and are stored: web defaults, enums as strings.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Null when the service has none yet.</summary>
    /// <exception cref="HttpRequestException">The service does not answer.</exception>
    public async Task<T?> PullAsync(CancellationToken cancel)
    {
        using var client = http.CreateClient(service);
        using var response = await client.GetAsync(path, cancel);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<T>(Json, cancel);
    }

    /// <summary>The last good document, or null when there is none or it is damaged.</summary>
    public T? ReadLastGood()
    {
        if (file is null || !File.Exists(file)) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(file), Json);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Replaces the file whole, so that a crash leaves the old or the new one. A disk that is full stops nobody from obeying the document.</summary>
    public bool TryKeepLastGood(T document, [NotNullWhen(false)] out string? why)
    {
        why = null;
        if (file is null) return true;
        try
        {
            Replace(file, document);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = e.Message;
            return false;
        }
    }

    private static void Replace(string file, T document)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var temporary = file + ".new";
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(stream, document, Json);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, file, overwrite: true);
    }
}
