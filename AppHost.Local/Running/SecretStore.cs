using System.Text.Json;

namespace Hoop.AppHost.Local.Running;

/// <summary>Generated passwords, kept beside the data that they protect, readable by the owner only.</summary>
sealed class SecretStore(string path)
{
    readonly Lock _gate = new();

    public Func<string> Keep(string name, Func<string> generate) => () =>
    {
        lock (_gate)
        {
            var secrets = Read();
            if (secrets.TryGetValue(name, out var kept))
                return kept;
            secrets[name] = generate();
            Write(secrets);
            return secrets[name];
        }
    };

    SortedDictionary<string, string> Read() => File.Exists(path)
        ? JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllText(path)) ?? []
        : [];

    void Write(SortedDictionary<string, string> secrets)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var stream = new FileStream(path + ".new", options))
            JsonSerializer.Serialize(stream, secrets);
        File.Move(path + ".new", path, overwrite: true);
    }
}
