using System.Diagnostics;
using Hoop.Testing.Wire;
using Shouldly;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Hostile;

/// <summary>A session that is well, and goes on all the time beside those that are not.</summary>
internal sealed class Bystander : IAsyncDisposable
{
    public const string Name = "bystander";

    private readonly CancellationTokenSource stop = new();
    private readonly WirePeer client;
    private readonly Task asking;
    private int answers;

    private Bystander(WirePeer client, string sql)
    {
        this.client = client;
        asking = AskAsync(sql);
    }

    public static async Task<Bystander> StartAsync(GatewayRig rig, string sql = "select 1") => new(await rig.ConnectAsync(("application_name", Name)), sql);

    /// <summary>The longest wait for an answer.</summary>
    public TimeSpan Slowest { get; private set; }

    public int Answers => answers;

    private async Task AskAsync(string sql)
    {
        while (!stop.IsCancellationRequested)
        {
            var asked = Stopwatch.GetTimestamp();
            await client.QueryAsync(sql);
            var answer = await client.ReadUntilAsync('Z');
            answer.ShouldNotContain(message => message.StartsWith('E'));
            var waited = Stopwatch.GetElapsedTime(asked);
            if (waited > Slowest) Slowest = waited;
            answers++;
            await Task.Delay(5, TestContextToken);
        }
    }

    private static CancellationToken TestContextToken => Xunit.TestContext.Current.CancellationToken;

    /// <summary>Fails when an answer ever failed or stayed away.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await asking;
        await client.DisposeAsync();
        answers.ShouldBeGreaterThan(0);
    }
}
