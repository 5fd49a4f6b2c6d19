using Hoop.Audit.Feed;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Siem;

/// <summary>Hands batches to a receiver.</summary>
internal interface ISiemSink : IAsyncDisposable
{
    /// <summary>Returns when the receiver has them, as far as its protocol lets anybody know.</summary>
    Task SendAsync(IReadOnlyList<JournalEvent> events, CancellationToken cancel);
}

/// <summary>One receiver's way through the feed: at least once, with a place of its own, so that one that is down holds up nothing but itself.</summary>
internal sealed class SiemReader(SiemSinkOptions options, ISiemSink sink, AuditDatabase database, TimeProvider clock, ILogger<SiemReader> logger)
    : FeedReader(options.Cursor, database, clock, logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    protected override async Task<IReadOnlyList<NpgsqlBatchCommand>> TakeAsync(IReadOnlyList<EventChunk> chunks, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        await sink.SendAsync([.. chunks.SelectMany(c => c.Events())], patience.Token);
        return [];
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await sink.DisposeAsync();
    }
}

internal static class SiemExtensions
{
    public static void AddSiem(this IHostApplicationBuilder builder)
    {
        var options = SiemOptions.From(builder.Configuration);
        builder.Services.AddSingleton(options);
        foreach (var sink in options.Sinks)
            builder.Services.AddSingleton<IHostedService>(s => new SiemReader(sink, Create(sink, s), s.GetRequiredService<AuditDatabase>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<SiemReader>>()));
    }

    private static ISiemSink Create(SiemSinkOptions sink, IServiceProvider services) => sink.Form switch
    {
        "otlp" => new OtlpSink(sink, services.GetRequiredService<IHttpClientFactory>(), services.GetRequiredService<ILogger<SiemReader>>()),
        "syslog" => new TcpSink(sink, SyslogForm.Write),
        _ => new TcpSink(sink, JsonForm.WriteLine),
    };
}
