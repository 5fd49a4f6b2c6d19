using System.Text.Json;

namespace Hoop.Cli.Endpoints;

/// <summary>Where a running Hoop is: from options, else from the file that <c>./run</c> writes.</summary>
internal sealed record HoopEndpoints(Uri? Portal, Uri? Identity, string? Postgres, Uri? Status)
{
    private const string FileVariable = "HOOP_ENDPOINTS";

    public Uri RequirePortal() => Portal ?? throw NotFound("portal");

    public Uri RequireIdentity() => Identity ?? throw NotFound("identity");

    public static HoopEndpoints Find(CliHost host, string? portal, string? identity)
    {
        var file = FindFile(host.Environment(FileVariable));
        var json = file is null ? default : Read(file);
        return new HoopEndpoints(
            Address("--portal", portal) ?? Address(file, Text(json, "portal")),
            Address("--identity", identity) ?? Address(file, Text(json, "identity")),
            Text(json, "postgres"),
            Address(file, Text(json, "status")));
    }

    /// <summary>The variable's file, else <c>.local/endpoints.json</c> in the working directory, the program's, or one above.</summary>
    private static string? FindFile(string? named)
    {
        if (!string.IsNullOrEmpty(named)) return File.Exists(named) ? named : null;
        return new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory }.SelectMany(Upwards)
            .Select(directory => Path.Combine(directory, ".local", "endpoints.json")).FirstOrDefault(File.Exists);
    }

    private static IEnumerable<string> Upwards(string directory)
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent) yield return at.FullName;
    }

    private static JsonElement Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw CliException.Refused($"{file} is not an endpoints file. Start ./run again, or name another in {FileVariable}.");
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Uri? Address(string? source, string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw CliException.Usage($"{source}: {text} is not a URL. Write it like https://hoop.example.com.");
        // A token that travels in clear text over a network is everybody's.
        if (uri.Scheme == "http" && !uri.IsLoopback) throw CliException.Usage($"{source}: {text} must be https; plain http is for this machine only.");
        return uri;
    }

    private static CliException NotFound(string what) => CliException.Unreachable(
        $"Hoop was not found here. Start it with ./run, name its endpoints file in {FileVariable}, or give --{what} URL.");
}
