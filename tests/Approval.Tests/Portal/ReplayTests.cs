using System.Text.Json;
using Hoop.Approval.Portal.Parts;
using Hoop.Approval.Sessions;
using Hoop.Approval.Tests.Rigs;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;
using static Microsoft.Playwright.Assertions;

namespace Hoop.Approval.Tests.Portal;

[Collection(PortalCollection.Name)]
public sealed class ReplayTests(SagaRig saga, PortalRig portal)
{
    [Fact]
    public async Task A_recording_plays_in_time_and_stops_at_its_end()
    {
        var page = await OpenAsync("/sessions/s-1");
        await page.GetByTestId("speed").SelectOptionAsync("60");

        await page.GetByTestId("play").ClickAsync();

        await Expect(page.Locator("[aria-current=step]")).ToHaveAttributeAsync("id", "event-7");
        await Expect(page.GetByTestId("play")).ToHaveTextAsync("Play");
        await Expect(page.GetByTestId("position")).ToContainTextAsync("event 7, 5 min 0 s in");
    }

    [Fact]
    public async Task Keys_go_from_one_risky_event_to_the_next()
    {
        var page = await OpenAsync("/sessions/s-1");
        await Expect(page.GetByTestId("next-risky")).ToBeEnabledAsync();

        foreach (var risky in new[] { "event-3", "event-4" })
        {
            await page.Keyboard.PressAsync("n");
            await Expect(page.Locator("[aria-current=step]")).ToHaveAttributeAsync("id", risky);
        }
        await page.Keyboard.PressAsync("n");
        await Expect(page.GetByText("No risky event after this one.")).ToBeAttachedAsync();
    }

    [Fact]
    public async Task A_link_leads_to_its_moment()
    {
        var page = await OpenAsync("/sessions/s-1");
        var link = await page.Locator("#event-4").GetByTestId("event-link").GetAttributeAsync("href");

        await page.GotoAsync(portal.Url + link);

        await Expect(page.Locator("[aria-current=step]")).ToHaveAttributeAsync("id", "event-4");
        await Expect(page.Locator("#event-4")).ToBeInViewportAsync();
        await page.GotoAsync(portal.Url + "/sessions/s-1#event-5");
        await PortalRig.LiveAsync(page);
        await Expect(page.Locator("[aria-current=step]")).ToHaveAttributeAsync("id", "event-5");
    }

    [Fact]
    public async Task A_long_recording_is_a_window_that_moves()
    {
        var asked = new List<(long, int)>();
        var replay = new Replay((after, limit) =>
        {
            asked.Add((after, limit));
            return Task.FromResult(new AuditAnswer<Timeline>(Stretch(after, limit, total: 100_000, risky: 61_234), null));
        });

        await replay.OpenAsync(null);
        (replay.Items.Count, replay.More, replay.Earlier).ShouldBe((200, true, false));
        for (var i = 0; i < 2000; i++) (await replay.NextAsync()).ShouldBe(TimeSpan.FromSeconds(1));
        replay.Current!.Sequence.ShouldBe(2000);
        replay.Items.Count.ShouldBeLessThanOrEqualTo(600);
        replay.Since(replay.At).ShouldBe(TimeSpan.FromSeconds(2000), "counted from the session's start");
        await replay.EarlierAsync();
        (replay.Current!.Sequence, replay.Items.Count, replay.More).ShouldBe((1999, 600, true), "the window moved back");
        replay.Items.Select(item => item.Sequence).ShouldBe(Enumerable.Range((int)replay.Items[0].Sequence, 600).Select(i => (long)i));
        (await replay.NextRiskyAsync()).ShouldBeTrue();
        replay.Current!.Sequence.ShouldBe(61_234);
        (await replay.NextRiskyAsync()).ShouldBeFalse();
        await replay.OpenAsync(99_990);
        replay.Current!.Sequence.ShouldBe(99_990);
        for (var i = 0; i < 9; i++) (await replay.NextAsync()).ShouldNotBeNull();
        (await replay.NextAsync()).ShouldBeNull();
        replay.AtEnd.ShouldBeTrue();
        asked.Count.ShouldBeLessThan(100);
    }

    [Fact]
    public async Task A_running_session_is_followed_until_it_ends()
    {
        var id = "s-" + Guid.NewGuid().ToString("N")[..8];
        Serve(id, "running", 3);
        var page = await OpenAsync($"/sessions/{id}");
        await Expect(page.GetByTestId("timeline-event")).ToHaveCountAsync(3);

        await page.GetByTestId("follow").ClickAsync();
        Serve(id, "running", 5, after: 2);
        await Expect(page.GetByTestId("timeline-event")).ToHaveCountAsync(5);
        Serve(id, "ended", 6, after: 4);

        await Expect(page.GetByTestId("session-state")).ToHaveTextAsync("ended");
        await Expect(page.GetByTestId("timeline-event")).ToHaveCountAsync(6);
        await Expect(page.GetByTestId("follow")).ToHaveCountAsync(0);
    }

    private async Task<IPage> OpenAsync(string path)
    {
        SampleSessions.AddTo(saga.World);
        var page = await portal.SignInAsync(Bea);
        await page.GotoAsync(portal.Url + path);
        await PortalRig.LiveAsync(page);
        return page;
    }

    /// <summary>What Audit answers about a session from now on, whatever it is asked.</summary>
    private void Serve(string id, string state, int events, int after = -1) => saga.World.Audit[$"/api/sessions/{id}"] = (200, JsonSerializer.Serialize(new
    {
        session = new { id, principal = "reporting-agent", target = "shop", state, startedAt = "2026-01-02T03:04:05Z", operations = events },
        more = false,
        events = Enumerable.Range(0, events).Select(i => new { sequence = i, at = $"2026-01-02T03:04:{i + 5:00}Z", kind = "operation.completed", payload = new { operation = i, succeeded = true } }),
    }));

    private static Timeline Stretch(long after, int limit, int total, long risky)
    {
        var start = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var session = new SessionSummary("s", "agent", null, "shop", "ended", "", null, total, 0, 0, start);
        var items = Enumerable.Range((int)after + 1, (int)Math.Min(limit, total - after - 1)).Select(i =>
            new TimelineItem(i, "operation.decided", "Allowed", start.AddSeconds(i), i == risky ? "blocked" : null, "select 1", "read", i, [])).ToList();
        return new Timeline(session, items, after + limit + 1 < total);
    }
}
