using Hoop.Policy.Engine;

namespace Hoop.Policy.ConfigFile;

/// <summary>How the last look at the file went.</summary>
/// <param name="Errors">Empty when it is in force.</param>
public sealed record ConfigFileReport(string Path, DateTimeOffset LoadedAt, IReadOnlyList<YamlError> Errors);

internal sealed class ConfigFileStatus
{
    private volatile ConfigFileReport? _last;

    /// <summary>Null when no file is configured.</summary>
    public ConfigFileReport? Last
    {
        get => _last;
        set => _last = value;
    }
}
