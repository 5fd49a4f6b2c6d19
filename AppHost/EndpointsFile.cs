using System.Text.Json;

namespace Hoop.AppHost;

/// <param name="Postgres"><c>host:port</c> of the Postgres listener.</param>
/// <param name="Pids">Resource name → process id, kept right when a child is restarted.</param>
/// <param name="Services">Service name → its own URL.</param>
sealed record Endpoints(string Postgres, string Portal, string Identity, string Status, IReadOnlyDictionary<string, int> Pids, IReadOnlyDictionary<string, string> Services);

/// <summary>Where other programs find a running demo: <c>.local/endpoints.json</c>, and the file named by HOOP_ENDPOINTS.</summary>
static class EndpointsFile
{
    static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write(Demo demo, Endpoints endpoints)
    {
        var json = JsonSerializer.Serialize(endpoints, Format) + "\n";
        foreach (var path in Paths(demo))
        {
            File.WriteAllText(path + ".new", json);
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    public static void Delete(Demo demo)
    {
        foreach (var path in Paths(demo))
            File.Delete(path);
    }

    static IEnumerable<string> Paths(Demo demo) =>
        new[] { Path.Combine(demo.LocalFolder, "endpoints.json"), demo.EndpointsFile }.Where(p => !string.IsNullOrEmpty(p)).Select(p => Path.GetFullPath(p!));
}
