using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Hoop.Audit.Chain.Archives;
using Hoop.Audit.Storage;

namespace Hoop.Audit.Export;

/// <summary>
/// Puts the policies into an export under which its statements were decided, as the Policy service keeps them, held against the digests that the admin chain has of
/// what was put in force. Who may not read policies gets the digests alone.
/// </summary>
internal sealed class PolicyPart(IHttpClientFactory http, AuditDatabase database)
{
    private const string NoDigest = "neither the admin chain nor the Policy service has a digest of what was put in force";

    public static ExportPart Create(IServiceProvider services) =>
        new("policies", new PolicyPart(services.GetRequiredService<IHttpClientFactory>(), services.GetRequiredService<AuditDatabase>()).AddAsync);

    private async Task<object> AddAsync(ArchiveWriter archive, ExportContents export, CancellationToken cancel)
    {
        var answers = new List<object>();
        var versions = export.Sessions.Select(s => s.PolicyVersion).Concat(export.Statements.Select(s => s.PolicyVersion)).OfType<long>().Distinct().Order().ToList();
        if (versions.Count == 0)
            return answers;
        var (activated, kept) = (await ActivatedPolicies.DigestsAsync(database, cancel), await KeptDigestsAsync(cancel));
        foreach (var version in versions)
        {
            var digests = activated.GetValueOrDefault(version) ?? [];
            if (digests.Count == 0 && kept.TryGetValue(version, out var own))
                digests = [own];
            answers.Add(export.ShowsPolicies ? await DocumentAsync(archive, version, digests, cancel) : new
            {
                version, file = (string?)null, digest = digests.LastOrDefault(), problem = digests.Count == 0 ? NoDigest : null,
            });
        }

        return answers;
    }

    private async Task<object> DocumentAsync(ArchiveWriter archive, long version, IReadOnlyList<string> digests, CancellationToken cancel)
    {
        var (document, problem) = await ReadAsync($"/documents/{version}", cancel);
        if (document is null)
            return new { version, file = (string?)null, digest = digests.LastOrDefault(), problem };
        var (file, digest) = ($"policies/{version}.yaml", Convert.ToHexStringLower(SHA256.HashData(document)));
        await archive.AddAsync(file, document, System.IO.Compression.CompressionLevel.Fastest, cancel);
        return new
        {
            version, file, digest = digests.Contains(digest) ? digest : digests.LastOrDefault(), problem = digests.Count == 0 ? NoDigest : digests.Contains(digest)
                ? null
                : $"the document that the Policy service has now is not the one that was put in force: its SHA-256 is {digest}, and that was {string.Join(" or ", digests)}",
        };
    }

    /// <summary>What the Policy service itself says that its newest versions were; empty when it does not answer.</summary>
    private async Task<Dictionary<long, string>> KeptDigestsAsync(CancellationToken cancel)
    {
        try
        {
            using var json = JsonDocument.Parse((await ReadAsync("/documents", cancel)).Bytes ?? "[]"u8.ToArray());
            return json.RootElement.EnumerateArray().ToDictionary(v => v.GetProperty("version").GetInt64(), v => v.GetProperty("digest").GetString()!);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return [];
        }
    }

    /// <summary>Bytes, not text: a digest is over the former.</summary>
    private async Task<(byte[]? Bytes, string? Problem)> ReadAsync(string path, CancellationToken cancel)
    {
        try
        {
            using var client = http.CreateClient("policy");
            using var answer = await client.GetAsync(path, cancel);
            return answer.IsSuccessStatusCode
                ? (await answer.Content.ReadAsByteArrayAsync(cancel), null)
                : (null, answer.StatusCode == HttpStatusCode.NotFound ? "the Policy service has no such version" : $"the Policy service refused it with HTTP {(int)answer.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            return (null, $"the Policy service does not answer: {e.Message}");
        }
    }
}
