using System.Net;

namespace Hoop.Audit.Export;

/// <summary>Puts the policies into an export under which its statements were decided, as the Policy service keeps them.</summary>
internal static class PolicyPart
{
    public static ExportPart Create(IServiceProvider services)
    {
        var http = services.GetRequiredService<IHttpClientFactory>();
        return new ExportPart("policies", async (archive, export, cancel) =>
        {
            var answers = new List<object>();
            var versions = export.Sessions.Select(s => s.PolicyVersion).Concat(export.Statements.Select(s => s.PolicyVersion)).OfType<long>().Distinct().Order();
            foreach (var version in versions)
            {
                var (yaml, problem) = await ReadAsync(http, version, cancel);
                if (yaml is not null)
                    await archive.AddAsync($"policies/{version}.yaml", yaml, cancel);
                answers.Add(new { version, file = yaml is null ? null : $"policies/{version}.yaml", problem });
            }

            return answers;
        });
    }

    private static async Task<(string? Yaml, string? Problem)> ReadAsync(IHttpClientFactory http, long version, CancellationToken cancel)
    {
        try
        {
            using var client = http.CreateClient("policy");
            using var answer = await client.GetAsync($"/documents/{version}", cancel);
            return answer.IsSuccessStatusCode
                ? (await answer.Content.ReadAsStringAsync(cancel), null)
                : (null, answer.StatusCode == HttpStatusCode.NotFound ? "the Policy service has no such version" : $"the Policy service refused it with HTTP {(int)answer.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            return (null, $"the Policy service does not answer: {e.Message}");
        }
    }
}
