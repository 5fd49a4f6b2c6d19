using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Microsoft.Playwright;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Portal;

/// <summary>Pictures of the pages for people to look at: <c>HOOP_PICTURES=folder</c>, run with <c>-explicit only</c>.</summary>
public sealed class PortalPictures(SagaRig saga, PortalRig portal) : IClassFixture<PortalRig>
{
    [Theory(Explicit = true)]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 360)]
    public async Task Take(ColorScheme scheme, int width)
    {
        var folder = Environment.GetEnvironmentVariable("HOOP_PICTURES") ?? Path.GetTempPath();
        var risky = Request(saga.World.Of(Agent)) with
        {
            Statement = "WITH gone AS (\n  DELETE FROM orders\n   WHERE created_at < $1\n   RETURNING id, customer_id\n)\nSELECT count(*) FROM gone",
            BindValues = ["2024-01-01", null], Effects = ["read", "write", "mass-write", "destructive"], Needed = 2, InTransaction = true,
            TransactionStartedAt = TimeProvider.System.GetUtcNow().AddMinutes(-3), MaxRows = 1000, Objects = ["public.orders", "public.order_items"],
            Requester = saga.World.Of(Agent) with { Actors = [saga.World.Url + "|ana-id"] },
        };
        await saga.OpenAsync(risky);
        await saga.OpenAsync(Request(saga.World.Of(Ana)));
        await saga.Ingress.PublishAsync(new ApprovalPreviewed(risky.RequestId, 12840, "[\n  {\n    \"Plan\": { \"Node Type\": \"ModifyTable\" }\n  }\n]"));
        await saga.Ingress.VoteAsync(Approve(risky, saga.World.Of(Cleo), "Agreed with the shop team, ticket 512."));
        saga.World.Audit["/api/sessions"] = (200, """
            [{"id":"s-1","principal":"reporting-agent","principalKind":"agent","target":"shop","startedAt":"2026-01-02T03:04:05Z","endedAt":"2026-01-02T03:09:05Z","state":"ended","operations":12,"held":1,"blocked":2},
             {"id":"s-2","principal":"ana","principalKind":"agent","target":"shop","startedAt":"2026-01-02T03:04:05Z","endedAt":null,"state":"running","operations":12,"held":1,"blocked":2}]
            """);
        saga.World.Audit["/api/sessions/s-1"] = (200, """
            {"session":{"id":"s-1"},"more":false,"events":[{"sequence":0,"at":"2026-01-02T03:04:05Z","kind":"session.started","payload":{"principal":{"name":"reporting-agent"},"target":"shop","protocol":"postgres"}},
             {"sequence":1,"at":"2026-01-02T03:04:06Z","kind":"operation.decided","payload":{"outcome":"Block","text":"drop table customers","effects":["ddl","destructive"],"rules":["nobody-destroys"],"why":"nobody-destroys blocks destructive."}},
             {"sequence":2,"at":"2026-01-02T03:04:07Z","kind":"session.ended","payload":{"cause":"client"}}]}
            """);
        var page = await portal.SignInAsync(Bea, scheme, width);
        foreach (var (name, path) in new[]
        {
            ("inbox", "/"), ("decided", "/?state=decided"), ("request", $"/requests/{risky.RequestId}"), ("sessions", "/sessions"), ("session", "/sessions/s-1"), ("missing", "/requests/x"),
        })
        {
            await page.GotoAsync(portal.Url + path);
            await page.Locator("main[data-live]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{scheme}-{width}.png".ToLowerInvariant()), FullPage = true });
        }
    }
}
