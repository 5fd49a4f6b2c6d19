using Hoop.Contracts.Identity;
using Microsoft.Playwright;
using Xunit;

namespace Hoop.Approval.Tests.Rigs;

/// <summary>The portal on a real port, and a real browser; next to the shared instances, on their database and broker.</summary>
public sealed class PortalRig(SagaRig saga) : IAsyncLifetime
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private ApprovalInstance _portal = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public string Url { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _portal = new ApprovalInstance(saga.Broker, saga.World.Settings);
        _portal.UseKestrel(0);
        _portal.StartServer();
        await _portal.ReadyAsync();
        Url = $"http://127.0.0.1:{_portal.ClientOptions.BaseAddress.Port}";
        // Generous: what they guard against is never, not slow.
        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = Flags });
    }

    /// <summary>A browser of its own, signed in as this person, on the portal's first page.</summary>
    public async Task<IPage> SignInAsync(Principal person, ColorScheme scheme = ColorScheme.Light, int width = 1280)
    {
        saga.World.SignsIn = person;
        var context = await _browser.NewContextAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 800 } });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        await page.GotoAsync(Url);
        return page;
    }

    /// <summary>A browser of its own, not signed in.</summary>
    public async Task<IPage> OpenAsync() => await (await _browser.NewContextAsync()).NewPageAsync();

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _portal.DisposeAsync();
    }
}
