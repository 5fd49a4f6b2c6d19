using Hoop.Approval.Notifications;
using Hoop.Contracts.Identity;
using Microsoft.Playwright;
using Xunit;

namespace Hoop.Approval.Tests.Rigs;

/// <summary>Tests in the browser, one after the other: the provider signs in one person at a time.</summary>
[CollectionDefinition(Name)]
public sealed class PortalCollection : ICollectionFixture<PortalRig>
{
    public const string Name = "portal";
}

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
    private string? _test;

    public string Url { get; private set; } = "";

    /// <summary>Pictures of the pages, for people to look at: beside the tests' other results.</summary>
    public static string Pictures { get; } = Environment.GetEnvironmentVariable("HOOP_REPO") is { Length: > 0 } root
        ? Path.Combine(root, ".local", "tests", "screenshots") : Path.Combine(AppContext.BaseDirectory, "screenshots");

    public async ValueTask InitializeAsync()
    {
        _portal = new ApprovalInstance(saga.Broker, saga.World.Settings, services =>
            // The shared instances deliver; their record of it is what tests read.
            services.Remove(services.Single(service => service.ImplementationType == typeof(DeliverySender))));
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
    public async Task<IPage> SignInAsync(Principal person, int width = 1280, bool axe = false)
    {
        saga.World.SignsIn = person;
        var context = await ContextAsync(new() { ColorScheme = ColorScheme.Light, ViewportSize = new() { Width = width, Height = 800 } });
        if (axe) await Axe.PutIntoAsync(context);
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        await page.GotoAsync(Url);
        return page;
    }

    /// <summary>Gives whoever is signed in a passkey, in an authenticator of the browser's.</summary>
    /// <returns>The portal by its name: browsers have no passkeys for a bare address.</returns>
    public async Task<string> AddPasskeyAsync(IPage page)
    {
        await page.GotoAsync(Url + "/sign-in?fresh=true&returnUrl=/passkeys");
        var cookie = (await page.Context.CookiesAsync()).Single(one => one.Name == "hoop-portal");
        await page.Context.AddCookiesAsync([new Cookie { Name = cookie.Name, Value = cookie.Value, Domain = "localhost", Path = "/" }]);
        var url = Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        var browser = await page.Context.NewCDPSessionAsync(page);
        await browser.SendAsync("WebAuthn.enable");
        await browser.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true,
            },
        });
        await page.GotoAsync(url + "/passkeys");
        await LiveAsync(page);
        await page.GetByTestId("passkey-name").FillAsync("test key");
        await page.GetByTestId("add-passkey").ClickAsync();
        await Assertions.Expect(page.GetByTestId("passkeys")).ToContainTextAsync("test key");
        return url;
    }

    /// <summary>Until the page follows the server; what is there before is rendered ahead.</summary>
    public static Task LiveAsync(IPage page) => page.Locator("main[data-live]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    /// <summary>A browser of its own, not signed in.</summary>
    public async Task<IPage> OpenAsync() => await (await ContextAsync(new())).NewPageAsync();

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _portal.DisposeAsync();
    }

    /// <summary>What an earlier test left open is closed: each of its pages would follow all that happens from now on.</summary>
    private async Task<IBrowserContext> ContextAsync(BrowserNewContextOptions options)
    {
        var test = TestContext.Current.Test!.UniqueID;
        if (test != _test)
        {
            foreach (var context in _browser.Contexts.ToList()) await context.CloseAsync();
        }
        _test = test;
        return await _browser.NewContextAsync(options);
    }
}
