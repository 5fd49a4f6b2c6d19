using System.Globalization;
using System.Text;
using Hoop.Contracts.Audit;
using Hoop.Policy.Documents;
using Hoop.Policy.Engine;
using Hoop.ServiceDefaults.Auditing;
using Microsoft.Extensions.Options;

namespace Hoop.Policy.ConfigFile;

/// <summary>Reads the configured hoop.yaml and activates it. A bad one is reported line by line and changes nothing.</summary>
internal sealed class ConfigFileLoader(
    IOptions<PolicyOptions> options, PolicyActivation activation, AdminAudit audit, ConfigFileStatus status, TimeProvider clock, ILogger<ConfigFileLoader> logger)
{
    private const int MaxBytes = 1024 * 1024;

    public string? Path => options.Value.ConfigFile is { Length: > 0 } path ? path : null;

    /// <summary>False when the file was not put in force.</summary>
    public async Task<bool> LoadAsync(string path, CancellationToken cancel)
    {
        var (yaml, problem) = await ReadAsync(path, cancel);
        var errors = yaml is null
            ? [new YamlError(1, 1, problem!)]
            : await ActivateAsync(yaml, System.IO.Path.GetFileName(path), cancel);
        status.Last = new ConfigFileReport(path, clock.GetUtcNow(), errors);
        foreach (var error in errors) logger.Mistake(path, error.Line, error.Message);
        return errors.Count == 0;
    }

    /// <summary>A file that changes the policy is on record like a person who does.</summary>
    private async Task<IReadOnlyList<YamlError>> ActivateAsync(string yaml, string name, CancellationToken cancel)
    {
        AdminAttempt attempt;
        try
        {
            attempt = audit.Begin(DocumentsApi.Activated, by: null, details: new Dictionary<string, string> { ["file"] = name });
        }
        catch (IOException e)
        {
            return [new YamlError(1, 1, $"the change can not be recorded, so it is not made: {e.Message}")];
        }

        var result = await activation.ActivateAsync(yaml, "file", name, cancel);
        attempt.End(result.Policy is null ? AdminOutcomes.Refused : AdminOutcomes.Done, result.Policy is not { } policy ? null : new Dictionary<string, string>
        {
            ["version"] = policy.Version.Version.ToString(CultureInfo.InvariantCulture), ["digest"] = policy.Version.Digest, ["changed"] = result.Added ? "yes" : "no",
        });
        return result.Errors;
    }

    private static async Task<(string? Yaml, string? Problem)> ReadAsync(string path, CancellationToken cancel)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes }) return (null, "the document is larger than 1 MiB; a hoop.yaml is a few kilobytes");
            return (await File.ReadAllTextAsync(path, Encoding.UTF8, cancel), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : "the file cannot be read";
            return (null, $"{reason}; check Hoop__ConfigFile");
        }
    }
}
