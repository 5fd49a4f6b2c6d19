using System.Net;
using System.Net.Http.Json;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Documents;
using Hoop.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Documents;

public sealed class HoopDocumentsFeedTests : IDisposable
{
    private readonly DirectoryInfo data = TestFolders.Create("hoop-documents-");
    private readonly HoopDocuments documents = new();
    private readonly ToldLines told = new();

    [Fact]
    public async Task The_newest_document_is_kept_for_a_start_without_Policy()
    {
        var file = Path.Combine(data.FullName, "kept", "policy.json");
        await Feed(file).RefreshAsync(CancellationToken.None);

        Cache(file).ReadLastGood()!.Version.ShouldBe(7);
    }

    [Fact]
    public async Task A_disk_that_takes_no_document_stops_nobody_from_obeying_it()
    {
        var file = Path.Combine(data.FullName, "no-folder", "policy.json");
        await File.WriteAllTextAsync(Path.GetDirectoryName(file)!, "a file where the folder should be");
        await Feed(file).RefreshAsync(CancellationToken.None);

        documents.Current!.Version.ShouldBe(7);
        told.Lines.ShouldContain(line => line.Contains("could not be kept on disk", StringComparison.Ordinal));
        Cache(file).ReadLastGood().ShouldBeNull();
    }

    [Fact]
    public async Task A_damaged_file_is_no_document()
    {
        var file = Path.Combine(data.FullName, "policy.json");
        await File.WriteAllTextAsync(file, """{"version": 7, """);

        Cache(file).ReadLastGood().ShouldBeNull();
    }

    public void Dispose() => data.Delete(recursive: true);

    private HoopDocumentsFeed Feed(string file) => new(documents, Cache(file), TimeProvider.System, told);

    private static DocumentCache<HoopDocument> Cache(string file)
    {
        var services = new ServiceCollection();
        services.AddHttpClient("policy", client => client.BaseAddress = new Uri("http://policy")).ConfigurePrimaryHttpMessageHandler(() => new PlayedPolicy());
        return new DocumentCache<HoopDocument>(services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>(), "policy", "/documents/current", file);
    }

    private sealed class PlayedPolicy : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
            new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(new HoopDocument { Version = 7, Digest = "d7" }, options: DocumentCache<HoopDocument>.Json) });
    }

    private sealed class ToldLines : ILogger<HoopDocumentsFeed>
    {
        internal List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
