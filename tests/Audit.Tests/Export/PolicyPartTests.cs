using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hoop.Audit.Admin;
using Hoop.Audit.Chain.Archives;
using Hoop.Audit.Export;
using Hoop.Audit.Sessions;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Export;

/// <summary>A Policy service of the test's own, beside the admin chain of the real one.</summary>
public sealed class PolicyPartTests(AuditRig rig)
{
    private const string Yaml = "version: 1\npolicies: []\n";
    private readonly long version = Random.Shared.NextInt64(1000, long.MaxValue);

    [Fact]
    public async Task The_document_that_was_put_in_force_goes_along()
    {
        await ActivateAsync(DigestOf(Yaml));
        var (said, files, _) = await AddAsync(new Policies(Yaml, DigestOf(Yaml)));

        said.GetProperty("problem").ValueKind.ShouldBe(JsonValueKind.Null);
        said.GetProperty("digest").GetString().ShouldBe(DigestOf(Yaml));
        files.ShouldHaveSingleItem().ShouldBe(KeyValuePair.Create($"policies/{version}.yaml", DigestOf(Yaml)));
    }

    [Fact]
    public async Task A_document_that_was_overwritten_with_its_digest_is_a_problem()
    {
        await ActivateAsync(DigestOf("policies: [strict]"));
        var (said, files, _) = await AddAsync(new Policies(Yaml, DigestOf(Yaml)));

        said.GetProperty("problem").GetString().ShouldBe($"the document that the Policy service has now is not the one that was put in force: its SHA-256 is {DigestOf(Yaml)}, and that was {DigestOf("policies: [strict]")}");
        files.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Without_the_admin_chain_the_versions_own_digest_is_held_against_it()
    {
        (await AddAsync(new Policies(Yaml, DigestOf("policies: [strict]")))).Said.GetProperty("problem").GetString().ShouldStartWith("the document that the Policy service has now is not the one");
        (await AddAsync(new Policies(Yaml, DigestOf(Yaml)))).Said.GetProperty("problem").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Without_any_digest_nothing_says_that_it_is_the_one()
    {
        (await AddAsync(new Policies(Yaml, Digest: null))).Said.GetProperty("problem").GetString().ShouldStartWith("neither the admin chain nor the Policy service has a digest");
    }

    [Fact]
    public async Task A_refused_change_says_nothing_of_what_is_in_force()
    {
        await ActivateAsync(DigestOf("policies: [strict]"), AdminOutcomes.Refused);

        (await AddAsync(new Policies(Yaml, DigestOf(Yaml)))).Said.GetProperty("problem").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Who_may_not_read_policies_gets_the_digest_and_the_document_is_not_even_asked_for()
    {
        await ActivateAsync(DigestOf(Yaml));
        var (said, files, asked) = await AddAsync(new Policies(Yaml, DigestOf(Yaml)), shows: false);

        said.GetProperty("digest").GetString().ShouldBe(DigestOf(Yaml));
        said.GetProperty("file").ValueKind.ShouldBe(JsonValueKind.Null);
        said.GetProperty("problem").ValueKind.ShouldBe(JsonValueKind.Null);
        files.ShouldBeEmpty();
        asked.ShouldNotContain($"/documents/{version}");
    }

    private Task ActivateAsync(string digest, string outcome = AdminOutcomes.Done) => rig.Services.GetRequiredService<AdminChain>().RecordAsync(
        [new AdminAction(Guid.NewGuid(), "policy", "policy.activate", DateTimeOffset.UnixEpoch, AuditRig.Bea, "10.0.0.7", outcome, new Dictionary<string, string> { ["version"] = $"{version}", ["digest"] = digest })], CancellationToken.None);

    private async Task<(JsonElement Said, IReadOnlyDictionary<string, string> Files, List<string> Asked)> AddAsync(Policies policies, bool shows = true)
    {
        policies.Version = version;
        await using var services = new ServiceCollection().AddSingleton<IHttpClientFactory>(policies).AddSingleton(rig.Services.GetRequiredService<AuditDatabase>()).BuildServiceProvider();
        await using var zip = new ZipArchive(new MemoryStream(), ZipArchiveMode.Create);
        var archive = new ArchiveWriter(zip);
        var session = new SessionSummary("s1", null, null, null, null, null, null, null, null, "ended", 0, 0, 0, 0, true, version);
        var said = await PolicyPart.Create(services).AddAsync(archive, new ExportContents(AuditRig.Bea, shows, new Dictionary<string, string>(), DateTimeOffset.UnixEpoch, [session], []), CancellationToken.None);
        return (JsonSerializer.SerializeToElement(said, JsonSerializerOptions.Web)[0], archive.Files, policies.Asked);
    }

    private static string DigestOf(string yaml) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(yaml)));

    /// <param name="Digest">What the version's row says; null: the history does not have it.</param>
    private sealed record Policies(string Yaml, string? Digest) : IHttpClientFactory
    {
        public long Version { get; set; }
        public List<string> Asked { get; } = [];

        public HttpClient CreateClient(string name) => new(new Answers(this)) { BaseAddress = new Uri("http://policy") };

        private sealed class Answers(Policies policies) : HttpMessageHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                policies.Asked.Add(request.RequestUri!.AbsolutePath);
                var text = request.RequestUri.AbsolutePath == "/documents"
                    ? JsonSerializer.Serialize(policies.Digest is null ? [] : new object[] { new { version = policies.Version, digest = policies.Digest } })
                    : policies.Yaml;
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text) });
            }
        }
    }
}
