using System.Net;

namespace Hoop.Testing;

public static class Health
{
    /// <summary>Waits until <c>/health</c> says ready: what a service needs (the bus, its database) is connected to in the background.</summary>
    public static Task BecomesHealthyAsync(this HttpClient client) => Eventually.SeenAsync(
        async () =>
        {
            using var response = await client.GetAsync(new Uri("/health", UriKind.Relative));
            return (response.StatusCode, Body: await response.Content.ReadAsStringAsync());
        },
        health => health.StatusCode == HttpStatusCode.OK, seconds: 60);
}
