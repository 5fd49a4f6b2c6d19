namespace Hoop.Ingress.Identity;

/// <summary>This instance's name: kept in its data directory, so that it is the same after a restart.</summary>
internal static class IngressId
{
    internal static string ReadOrCreate(string dataDirectory)
    {
        Directory.CreateDirectory(dataDirectory);
        var file = Path.Combine(dataDirectory, "ingress-id");
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: 12 } known) return known;
        var created = Guid.NewGuid().ToString("n")[..12];
        File.WriteAllText(file, created);
        return created;
    }
}
