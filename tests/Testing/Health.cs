using System.Net;

namespace Hoop.Testing;

public static class Health
{
    /// <summary>Waits until <c>/health</c> says ready: what a service needs (the bus, its database) is connected to in the background.</summary>
    public static async Task BecomesHealthyAsync(this HttpClient client)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var response = await client.GetAsync(new Uri("/health", UriKind.Relative), patience.Token);
            if (response.StatusCode == HttpStatusCode.OK) return;
            await Task.Delay(50, patience.Token);
        }
    }
}
