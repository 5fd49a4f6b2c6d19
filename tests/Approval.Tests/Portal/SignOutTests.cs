using System.Net;
using Hoop.Approval.Notifications;
using Hoop.Approval.Portal.SignIn;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Identity;
using Hoop.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using Npgsql;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;
using static Microsoft.Playwright.Assertions;

namespace Hoop.Approval.Tests.Portal;

[Collection(PortalCollection.Name)]
public sealed class SignOutTests(SagaRig saga, PortalRig portal)
{
    [Fact]
    public async Task A_copy_of_the_cookie_is_nothing_after_the_sign_out_at_any_instance()
    {
        var page = await portal.SignInAsync(Bea);
        var request = await saga.OpenAsync(Request(saga.World.Of(Agent)));
        using var here = new HttpClient { BaseAddress = new Uri(portal.Url) };
        using var elsewhere = saga.Other.CreateClient(new() { HandleCookies = false, AllowAutoRedirect = false });
        var clients = new[] { here, elsewhere };
        foreach (var client in clients)
        {
            client.DefaultRequestHeaders.Add("Cookie", await CookieAsync(page));
            client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
            (await client.GetAsync("/api/requests")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await SignOutAsync(page);

        foreach (var client in clients)
        {
            (await client.PostAsync($"/api/requests/{request.RequestId}/approve", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            await Eventually.TrueAsync(async () => (await client.GetAsync("/api/requests")).StatusCode == HttpStatusCode.Unauthorized);
        }
        (await VotesAsync(request.RequestId)).ShouldBe(0);
    }

    [Fact]
    public async Task A_page_that_was_open_shows_and_does_nothing_after_the_sign_out_in_another()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Agent)));
        var page = await portal.SignInAsync(Bea);
        await OpenAsync(page, request.RequestId);
        await Expect(page.GetByTestId("approve")).ToBeEnabledAsync();
        var other = await page.Context.NewPageAsync();
        await other.GotoAsync(portal.Url);

        await SignOutAsync(other);

        await Expect(page.GetByTestId("signed-out")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("approve")).ToHaveCountAsync(0);
        await Expect(page.Locator("body")).Not.ToContainTextAsync(request.Statement);
        (await VotesAsync(request.RequestId)).ShouldBe(0);
        (await page.GetByRole(AriaRole.Link, new() { Name = "Sign in again" }).GetAttributeAsync("href"))!.ShouldBe($"/sign-in?returnUrl=%2Frequests%2F{request.RequestId}");
    }

    [Fact]
    public async Task A_sign_out_at_another_instance_ends_the_page()
    {
        var page = await portal.SignInAsync(Cleo);
        await PortalRig.LiveAsync(page);

        await saga.Other.Services.GetRequiredService<SignIns>().EndAsync(await NewestAsync(Cleo.Subject), CancellationToken.None);

        await Expect(page.GetByTestId("signed-out")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Nothing_is_done_by_a_page_that_was_not_told_and_soon_it_ends()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Agent)));
        var page = await portal.SignInAsync(Cleo);
        await OpenAsync(page, request.RequestId);
        await PortalRig.LiveAsync(page);
        await ExecuteAsync($"DELETE FROM portal_sign_ins WHERE id = '{await NewestAsync(Cleo.Subject)}'");

        await page.GetByTestId("approve").ClickAsync();

        await Expect(page.Locator("[data-testid=vote-message]:has-text('Your sign-in ended'), [data-testid=signed-out]")).ToHaveCountAsync(1);
        (await VotesAsync(request.RequestId)).ShouldBe(0);
        await Expect(page.GetByTestId("signed-out")).ToBeVisibleAsync(new() { Timeout = 90_000 });
    }

    [Fact]
    public async Task A_fresh_sign_in_is_the_same_for_the_sign_out()
    {
        var page = await portal.SignInAsync(Bea);
        var before = await CookieAsync(page);
        await page.GotoAsync(portal.Url + "/sign-in?fresh=true&returnUrl=/passkeys");
        await Expect(page.GetByTestId("passkeys")).ToBeAttachedAsync();
        (await CookieAsync(page)).ShouldNotBe(before);
        using var copy = new HttpClient { BaseAddress = new Uri(portal.Url), DefaultRequestHeaders = { { "Cookie", before } } };
        (await copy.GetAsync("/api/requests")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await SignOutAsync(page);

        (await copy.GetAsync("/api/requests")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_stream_that_was_begun_with_the_sign_in_ends_with_it()
    {
        var page = await portal.SignInAsync(Bea);
        using var client = new HttpClient { BaseAddress = new Uri(portal.Url), DefaultRequestHeaders = { { "Cookie", await CookieAsync(page) } } };
        using var answer = await client.GetAsync("/api/requests/stream", HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var ended = (await answer.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null);

        await SignOutAsync(page);

        // Cut, not ended: what came is no whole answer.
        await Should.ThrowAsync<IOException>(ended.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    /// <summary>Two tell of a sign-out, the page and the database: what the first has ended the second must not touch, and everybody after it is still to hear.</summary>
    [Fact]
    public async Task What_ends_while_a_sign_out_is_told_is_not_cut_any_more()
    {
        var (signals, lifetime, answering) = (new DatabaseSignals(), new CountedLifetime(), new TaskCompletionSource());
        var id = Guid.NewGuid();
        var services = new ServiceCollection().AddSingleton(signals).AddSingleton(saga.One.Services.GetRequiredService<SignIns>()).BuildServiceProvider();
        var app = new ApplicationBuilder(services);
        app.UseSignOuts();
        app.Run(_ => answering.Task);
        var context = new DefaultHttpContext { RequestServices = services, User = Bea.ToClaimsPrincipal(PortalCookie.Scheme) };
        ((System.Security.Claims.ClaimsIdentity)context.User.Identity!).AddClaim(new("hoop:portal-sign-in", id.ToString()));
        context.Request.Path = "/api/requests/stream";
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        // The first to hear ends the answer.
        signals.SignedOut += _ => answering.TrySetResult();
        var running = app.Build()(context);

        signals.RaiseSignedOut(id);

        await running.WaitAsync(TimeSpan.FromSeconds(30));
        lifetime.Aborts.ShouldBe(0);
    }

    private sealed class CountedLifetime : IHttpRequestLifetimeFeature
    {
        public int Aborts { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => Aborts++;
    }

    [Fact]
    public async Task No_sign_in_counts_without_the_database_or_its_issuer()
    {
        var documents = new HoopDocuments();
        var user = Bea.ToClaimsPrincipal(PortalCookie.Scheme);
        ((System.Security.Claims.ClaimsIdentity)user.Identity!).AddClaims(
            [new("hoop:portal-session-ends", TimeProvider.System.GetUtcNow().AddHours(1).ToString("O")), new("hoop:portal-sign-in", (await NewAsync()).ToString())]);
        var database = saga.One.Services.GetRequiredService<NpgsqlDataSource>();
        await using var away = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Timeout=2");
        SignIns Of(NpgsqlDataSource source) => new(source, new DatabaseSignals(), documents, TimeProvider.System, NullLogger<SignIns>.Instance);

        (await Of(database).HoldsAsync(user, toAct: false, CancellationToken.None)).ShouldBeFalse();
        documents.Set(new HoopDocument { Version = 1, Issuers = [new IssuerDocument(Issuer, "hoop", new Dictionary<string, string>())] });
        (await Of(database).HoldsAsync(user, toAct: false, CancellationToken.None)).ShouldBeTrue();
        (await Of(away).HoldsAsync(user, toAct: false, CancellationToken.None)).ShouldBeFalse();
        documents.Set(new HoopDocument { Version = 2, Issuers = [new IssuerDocument("https://another.test", "hoop", new Dictionary<string, string>())] });
        (await Of(database).HoldsAsync(user, toAct: false, CancellationToken.None)).ShouldBeFalse();

        Task<Guid> NewAsync() => saga.One.Services.GetRequiredService<SignIns>().BeginAsync(Bea, null, TimeProvider.System.GetUtcNow().AddHours(1), CancellationToken.None);
    }

    private async Task OpenAsync(IPage page, Guid request)
    {
        await page.GotoAsync($"{portal.Url}/requests/{request}");
        await PortalRig.LiveAsync(page);
    }

    /// <summary>As far as the identity provider, which is where a sign-out leads.</summary>
    private static async Task SignOutAsync(IPage page)
    {
        await PortalRig.LiveAsync(page);
        var signedOut = page.WaitForResponseAsync(response => response.Url.EndsWith("/sign-out", StringComparison.Ordinal));
        await page.GetByTestId("sign-out").ClickAsync();
        (await signedOut).Status.ShouldBe(302);
    }

    private static async Task<string> CookieAsync(IPage page) => "hoop-portal=" + (await page.Context.CookiesAsync()).Single(cookie => cookie.Name == "hoop-portal").Value;

    private async Task<int> VotesAsync(Guid request) => (await saga.DecisionsAsync(request)).Count(decision => decision.ActorName is "bea" or "cleo");

    private async Task<Guid> NewestAsync(string subject)
    {
        await using var command = saga.One.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            $"SELECT id FROM portal_sign_ins WHERE principal_id LIKE '%|{subject}' AND ended_at IS NULL ORDER BY ends_at DESC LIMIT 1");
        return (Guid)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = saga.One.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
