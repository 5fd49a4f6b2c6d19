using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Testing;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Portal;

/// <summary>Every page, with much on it, under axe-core; and at the width of a small phone.</summary>
[Collection(PortalCollection.Name)]
public sealed class AccessibilityTests(SagaRig saga, PortalRig portal)
{
    [Theory]
    [InlineData(1280)]
    [InlineData(360)]
    public async Task Every_page_is_for_everybody(int width)
    {
        var pages = await ScenesAsync();
        var page = await portal.SignInAsync(Person("bea", "dba", "leads"), width, axe: true);
        foreach (var (name, path) in pages)
        {
            await page.GotoAsync(portal.Url + path);
            await PortalRig.LiveAsync(page);
            await page.ShouldFindNothingAsync($"{path} at {width}");
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, $"{path} scrolls sideways");
            await PictureAsync(page, $"{name}-{width}-light");
            // In other colours only the colours are new.
            await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            await page.ShouldFindNothingAsync($"{path} at {width}, dark", "color-contrast");
            await PictureAsync(page, $"{name}-{width}-dark");
            await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        }
    }

    [Fact]
    public async Task Focus_goes_through_a_request_in_the_order_it_is_read_and_is_seen()
    {
        var request = await saga.OpenAsync(Request(saga.World.Of(Agent)));
        var page = await portal.SignInAsync(Bea);
        await page.GotoAsync($"{portal.Url}/requests/{request.RequestId}");
        await PortalRig.LiveAsync(page);
        await Microsoft.Playwright.Assertions.Expect(page.GetByTestId("approve")).ToBeEnabledAsync();
        // The page moves the focus to its heading once, at a moment of its own.
        await Eventually.SeenAsync(async () =>
        {
            await page.EvaluateAsync("document.querySelector('.skip').focus()");
            return await page.EvaluateAsync<bool>("new Promise(done => setTimeout(() => done(document.activeElement.className === 'skip'), 300))");
        }, stays => stays);
        var way = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            way.Add(await page.EvaluateAsync<string>("document.activeElement.dataset?.testid ?? document.activeElement.className ?? ''"));
            var outline = await page.EvaluateAsync<string>("document.activeElement === document.body ? 'body' : getComputedStyle(document.activeElement).outlineStyle");
            outline.ShouldNotBe("none", $"focus is not seen at {way[^1]}");
            if (way[^1] == "deny") break;
        }
        string[] order = ["brand", "sign-out", "statement", "reason", "approve", "deny"];
        way.Where(order.Contains).ShouldBe(order);
    }

    private static Task PictureAsync(IPage page, string name) =>
        page.ScreenshotAsync(new() { Path = Path.Combine(PortalRig.Pictures, name + ".png"), FullPage = true });

    private async Task<List<(string Name, string Path)>> ScenesAsync()
    {
        var risky = await saga.OpenAsync(Request(saga.World.Of(Agent)) with
        {
            Statement = "WITH gone AS (\n  DELETE FROM orders -- all of them \u202e\n   RETURNING id, 'text', 4.5\n)\nSELECT count(*) FROM gone, \"Ünusual name\", averyveryveryveryveryveryveryveryveryveryverylongname",
            BindValues = ["2024-01-01", null], Effects = ["read", "write", "mass-write", "destructive", "network"], Requirements = [Needs(2)], InTransaction = true,
            TransactionStartedAt = TimeProvider.System.GetUtcNow().AddMinutes(-3), MaxRows = 1000, Objects = ["public.orders", "public.order_items"],
            Requester = saga.World.Of(Agent) with { Actors = [saga.World.Url + "|ana-id"] },
            Justification = new Justification("Old carts fill the disk", "OPS-512"),
            Offer = new GrantOffer(TimeSpan.FromHours(2), [GrantScope.Fingerprint, GrantScope.Role], ["dba"], GrantValues.Any),
        });
        await saga.Ingress.PublishAsync(new ApprovalPreviewed(risky.RequestId, 12840, "[\n  {\n    \"Plan\": { \"Node Type\": \"ModifyTable\" }\n  }\n]") { Details = SamplePreview.Of("update") });
        await saga.Ingress.VoteAsync(Approve(risky, saga.World.Of(Cleo), "Agreed with the shop team, ticket 512."));
        for (var i = 0; i < 3; i++)
            await saga.OpenAsync(Request(saga.World.Of(Agent)) with { Statement = "update customers\n   set \"plan\" = 'gold' -- was silver\n where id = $1 and since > 2020.5", BindValues = [$"{i + 7}"], Verbs = ["update"], Objects = ["public.customers"], Fingerprint = "same" });
        var granted = await saga.OpenAsync(Request(saga.World.Of(Agent)) with { Offer = new GrantOffer(TimeSpan.FromHours(2), [GrantScope.Fingerprint], [], GrantValues.Any) });
        await saga.Ingress.PublishAsync(new ApprovalPreviewed(granted.RequestId, 1, "[]") { Details = SamplePreview.Of("delete") });
        await saga.Ingress.VoteAsync(Approve(granted, saga.World.Of(Cleo)) with { Grant = new GrantTerms(TimeSpan.FromHours(1), GrantScope.Fingerprint, null, GrantValues.Any, []), MaxRows = 10 });
        var denied = await saga.OpenAsync(Request(saga.World.Of(Agent)));
        await saga.Ingress.VoteAsync(Deny(denied, saga.World.Of(Cleo), "Not on a Friday"));
        var own = await saga.OpenAsync(Request(saga.World.Of(Bea)));
        await saga.Ingress.AskAsync(new ExplainRequest(own.RequestId, saga.World.Of(Bea), "The import doubled these rows."));
        SampleSessions.AddTo(saga.World);
        return
        [
            ("inbox", "/"), ("all", "/?view=all"), ("own-requests", "/?view=own"), ("nothing-found", "/?q=no-such-thing"), ("request", $"/requests/{risky.RequestId}"),
            ("denied", $"/requests/{denied.RequestId}"), ("own", $"/requests/{own.RequestId}"), ("granted", $"/requests/{granted.RequestId}"), ("grants", "/grants"), ("missing", "/requests/x"), ("load", "/load"),
            ("sessions", "/sessions"), ("session", "/sessions/s-1"),
        ];
    }
}
