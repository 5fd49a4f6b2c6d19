namespace Hoop.Audit.Chain;

/// <summary>Seals the log several times a minute.</summary>
internal sealed class LogKeeper(EvidenceLog log, IConfiguration configuration, TimeProvider clock, ILogger<LogKeeper> logger) : BackgroundService
{
    private readonly TimeSpan interval = TimeSpan.FromSeconds(Math.Clamp(configuration.GetValue("Hoop:Audit:SealSeconds", 20), 1, 60));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        do
        {
            try
            {
                while (await log.SealAsync(stoppingToken) is not null)
                {
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.NotSealed(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
