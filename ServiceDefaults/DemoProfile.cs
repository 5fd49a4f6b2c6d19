using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Hoop.ServiceDefaults;

/// <summary>The demo has public secrets and signs anybody in: it listens on loopback only.</summary>
internal static class DemoProfile
{
    /// <exception cref="InvalidOperationException">The demo profile with an address that others can reach.</exception>
    internal static void RequireLoopback(IHostApplicationBuilder builder)
    {
        if (!builder.Configuration.GetValue<bool>("Hoop:Demo")) return;
        foreach (var url in (builder.Configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (!IsLoopback(BindingAddress.Parse(url).Host))
                throw new InvalidOperationException($"The demo profile listens on loopback only, not on {url}: use 127.0.0.1, or leave the demo profile (Hoop__Demo).");
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);
}
