using Hoop.Contracts.Approvals;
using Hoop.Ingress.Snapshots;
using Hoop.ServiceDefaults.Documents;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Approvals.Grants;

/// <summary>Looks at Approval's list of windows at the start and every few seconds: it is the contact without which none is used.</summary>
internal sealed class GrantFeed(
    IHttpClientFactory http, GrantBook book, SnapshotStore snapshots, IOptions<GrantOptions> options, TimeProvider clock, ILogger<GrantFeed> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var silent = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await PullAsync(stoppingToken);
                silent = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (!silent) logger.GrantsUnreachable(e.Message);
                silent = true;
            }
            await Task.Delay(options.Value.Refresh, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal async Task PullAsync(CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(options.Value.Refresh, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        var askedAt = clock.GetTimestamp();
        using var client = http.CreateClient("approval");
        var list = await client.GetFromJsonAsync<OpenGrants>("/internal/grants", DocumentCache<OpenGrants>.Json, either.Token)
            ?? throw new HttpRequestException("the list of grants is empty");
        book.Replace(list, askedAt, snapshots.Current?.Document.Version ?? 0);
    }
}
