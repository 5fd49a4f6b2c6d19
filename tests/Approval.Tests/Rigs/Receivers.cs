using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Hoop.Contracts.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hoop.Approval.Tests.Rigs;

/// <summary>Local receivers of notifications, each for a target of its own (<c>told-NAME</c>) besides those that two share.</summary>
public sealed class Receivers : IAsyncDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private readonly WebApplication _app;
    private readonly DirectoryInfo _secrets = Directory.CreateTempSubdirectory("hoop-receivers-");
    private readonly ConcurrentQueue<Received> _received = new();

    private Receivers(WebApplication app, FakeMailServer mail) => (_app, Mail) = (app, mail);

    public FakeMailServer Mail { get; }

    /// <summary>Where references of the receivers may lead.</summary>
    public string Secrets => _secrets.FullName;

    /// <summary>What a receiver answers, by its name and how often the same event came: 200 unless set. <see cref="Never"/>: nothing, ever.</summary>
    public ConcurrentDictionary<string, Func<int, int>> Answers { get; } = new();

    public const int Never = 0;

    public IReadOnlyList<ReceiverDocument> Documents { get; private set; } = [];

    public static async Task<Receivers> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receivers = new Receivers(app, FakeMailServer.Start());
        app.MapPost("/{name}", receivers.TakeAsync);
        await app.StartAsync();
        receivers.Documents = receivers.Describe();
        return receivers;
    }

    public IReadOnlyList<Received> Of(string receiver, Guid request) =>
        [.. _received.Where(one => one.Receiver == receiver && one.Body.Contains(request.ToString(), StringComparison.Ordinal))];

    public IReadOnlyList<Received> Of(string receiver) => [.. _received.Where(one => one.Receiver == receiver)];

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Mail.DisposeAsync();
        _secrets.Delete(recursive: true);
    }

    private ReceiverDocument[] Describe()
    {
        var secret = Write("secret", Secret);
        return
        [
            Hook("hook") with { Targets = ["told-hook", "told-both"], Url = Url("hook") },
            Hook("flaky"), Hook("silent") with { Targets = ["told-both"] }, Hook("moved"), Hook("gone"), Hook("retried"),
            Hook("unset") with { Url = "env:HOOP_TEST_NOT_SET" },
            new ReceiverDocument
            {
                Name = "thief", Kind = ReceiverKind.Email, Events = [NotificationEvents.RequestOpened], Targets = ["told-thief"],
                Mail = new MailDocument($"127.0.0.1:{Mail.Port}", "x", "env:Hoop__InternalKey", "disable", "hoop@example.com", ["thief@example.com"]),
            },
            Hook("dba-only") with { Targets = ["told-roles"], Roles = ["dba"] }, Hook("lead-only") with { Targets = ["told-roles"], Roles = ["lead"] },
            Chat("slack", ReceiverKind.Slack) with { Reasons = true }, Chat("teams", ReceiverKind.Teams), Chat("late", ReceiverKind.Slack) with { Events = [NotificationEvents.RequestOpened] },
            new ReceiverDocument
            {
                Name = "mail", Kind = ReceiverKind.Email, Events = [NotificationEvents.RequestOpened], Targets = ["told-mail"],
                Mail = new MailDocument($"127.0.0.1:{Mail.Port}", null, null, "disable", "hoop@example.com", ["dba@example.com"]),
            },
            new ReceiverDocument
            {
                Name = "plain-mail", Kind = ReceiverKind.Email, Events = [NotificationEvents.RequestOpened], Targets = ["told-plain-mail"],
                Mail = new MailDocument($"127.0.0.1:{Mail.Port}", null, null, "starttls", "hoop@example.com", ["dba@example.com"]),
            },
        ];

        ReceiverDocument Hook(string name) =>
            new() { Name = name, Kind = ReceiverKind.Webhook, Url = Write(name, Url(name)), Secret = secret, Events = ["*"], Targets = [$"told-{name}"] };

        ReceiverDocument Chat(string name, ReceiverKind kind) =>
            new() { Name = name, Kind = kind, Url = Write(name, Url(name)), Events = ["*"], Targets = [$"told-{name}"] };
    }

    private string Url(string name) => $"{_app.Urls.Single()}/{name}";

    private string Write(string name, string text)
    {
        var path = Path.Combine(_secrets.FullName, name);
        File.WriteAllText(path, text + "\n");
        return "file:" + path;
    }

    private async Task TakeAsync(string name, HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var received = new Received(name, await reader.ReadToEndAsync(), context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()));
        _received.Enqueue(received);
        var times = _received.Count(one => one.Receiver == name && one.Id == received.Id && one.Body == received.Body);
        var status = Answers.TryGetValue(name, out var answer) ? answer(times) : 200;
        if (status == Never) await Task.Delay(Timeout.Infinite, context.RequestAborted);
        if (status is >= 300 and < 400) context.Response.Headers.Location = "/moved-on";
        context.Response.StatusCode = status;
    }
}

/// <param name="Headers">Names in lower case.</param>
public sealed record Received(string Receiver, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string? Id => Headers.GetValueOrDefault("webhook-id");

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public byte[] Bytes => Encoding.UTF8.GetBytes(Body);
}
