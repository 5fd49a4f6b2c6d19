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

        await Expect(page.Locator("[aria-current=step]")).ToHaveAttributeAsync("id", "event-8");
        await Expect(page.GetByTestId("play")).ToHaveTextAsync("Play");
        await Expect(page.GetByTestId("position")).ToContainTextAsync("event 8, 5 min 0 s in");
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

        await Expect(page.GetByTestId("kill")).ToHaveCountAsync(0);
        Serve(id, "ended", 6);
        saga.World.Audit[$"/api/sessions/{id}/tail"] = (200, string.Concat(Events(6).Skip(3).Select(e => $"event: operation.completed\nid: 1\ndata: {e}\n\n")) + "event: ping\ndata: null\n\n");
        await page.GetByTestId("follow").ClickAsync();

        await Expect(page.GetByTestId("session-state")).ToHaveTextAsync("ended");
        await Expect(page.GetByTestId("timeline-event")).ToHaveCountAsync(6);
        await Expect(page.GetByTestId("follow")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Following_ends_with_the_sign_in_by_what_Audit_is_told()
    {
        var id = "s-" + Guid.NewGuid().ToString("N")[..8];
        Serve(id, "running", 3);
        saga.World.Audit[$"/api/sessions/{id}/tail"] = (200, "event: ping\ndata: null\n\n");
        var before = TimeProvider.System.GetUtcNow();
        var page = await OpenAsync($"/sessions/{id}");

        await page.GetByTestId("follow").ClickAsync();

        await Expect(page.GetByText("Following stopped.")).ToBeAttachedAsync();
        await Expect(page.GetByTestId("follow")).ToHaveTextAsync("Follow live");
        saga.World.SignedInUntil[$"/api/sessions/{id}/tail"].ShouldBeInRange(before.AddHours(8).AddSeconds(-1), TimeProvider.System.GetUtcNow().AddHours(8));
    }

    [Fact]
    public async Task Following_is_a_right()
    {
        var id = "s-" + Guid.NewGuid().ToString("N")[..8];
        Serve(id, "running", 3);
        var page = await OpenAsync($"/sessions/{id}");

        await page.GetByTestId("follow").ClickAsync();

        await Expect(page.GetByTestId("tail-problem")).ToContainTextAsync("access.watchSessions");
    }

    [Fact]
    public async Task A_running_session_is_ended_with_a_reason()
    {
        var id = "s-" + Guid.NewGuid().ToString("N")[..8];
        Serve(id, "running", 3);
        saga.World.Audit[$"/api/sessions/{id}/kill"] = (200, "{\"message\":\"Session was ended.\"}");
        var page = await OpenAsync($"/sessions/{id}", Person("kim", "dba", "leads"));

        await page.GetByTestId("kill").Locator("summary").ClickAsync();
        await page.GetByTestId("kill-reason").FillAsync("runs away");
        await page.GetByTestId("kill-now").ClickAsync();

        await Expect(page.GetByTestId("kill-message")).ToHaveTextAsync("Session was ended.");
        saga.World.AskedOfAudit.ShouldContain(asked => asked.Path == $"/api/sessions/{id}/kill");
    }

    [Fact]
    public async Task A_day_of_Audits_own_record_is_told_in_words_and_is_nothing_to_end()
    {
        saga.World.Audit["/api/sessions/admin-2026-01-31"] = (200, """
            {"session":{"id":"admin-2026-01-31","principal":null,"target":null,"protocol":"admin","startedAt":"2026-01-31T00:00:05Z","endedAt":null,"state":"running","operations":0,"held":0,"blocked":0},
             "more":false,"events":[
             {"sequence":0,"at":"2026-01-31T00:00:05Z","kind":"admin.opened","payload":{"previous":{"session":"admin-2026-01-30","head":"ab12"}}},
             {"sequence":1,"at":"2026-01-31T00:00:05Z","kind":"session.viewed","payload":{"session":"s-1","owner":"reporting-agent","by":{"issuer":"https://login.test","subject":"kim-id","name":"kim","kind":"human"}}},
             {"sequence":2,"at":"2026-01-31T00:00:06Z","kind":"request.approve","payload":{"id":"1","service":"approval","at":"2026-01-31T00:00:06Z","outcome":"refused","by":{"issuer":"i","subject":"ana-id","name":"ana","kind":"human"},
               "address":"10.0.0.9","details":{"request":"7b0f5b9e-3a4e-4e6e-8c39-0d0a7a4d2f11","reason":"my own"}}}]}
            """);
        var page = await OpenAsync("/sessions/admin-2026-01-31", Person("kim", "dba", "leads"));

        await Expect(page.Locator("h1")).ToContainTextAsync("Audit's own record of 2026-01-31");
        await Expect(page.GetByTestId("record-line")).ToBeVisibleAsync();
        await Expect(page.Locator("main")).Not.ToContainTextAsync("unknown");
        foreach (var id in new[] { "kill", "follow", "session-state" }) await Expect(page.GetByTestId(id)).ToHaveCountAsync(0);
        var events = page.GetByTestId("timeline-event");
        await Expect(events.Nth(0)).ToContainTextAsync("The day's record begins");
        await Expect(events.Nth(1)).ToContainTextAsync("kim looked at a session");
        await Expect(events.Nth(1).GetByRole(AriaRole.Link, new() { Name = "s-1" })).ToHaveAttributeAsync("href", "/sessions/s-1");
        await Expect(events.Nth(2)).ToContainTextAsync("ana tried to approve a request and was refused");
        await Expect(events.Nth(2)).ToContainTextAsync("my own");
        await Expect(events.Nth(2)).ToContainTextAsync("10.0.0.9");
        await Expect(events.Nth(2).Locator("a[href='/requests/7b0f5b9e-3a4e-4e6e-8c39-0d0a7a4d2f11']")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_a_client_calls_itself_hides_nothing()
    {
        var id = "s-" + Guid.NewGuid().ToString("N")[..8];
        saga.World.Audit[$"/api/sessions/{id}"] = (200, $$$"""
            {"session":{"id":"{{{id}}}","principal":"ana\u202e","target":"shop","startedAt":"2026-01-02T03:04:05Z","state":"ended","operations":0,"held":0,"blocked":0},
             "more":false,"events":[{"sequence":0,"at":"2026-01-02T03:04:05Z","kind":"session.started",
              "payload":{"principal":{"name":"ana"},"target":"shop","client":{"address":"10.0.0.9","driver":"psql\u202elacol\u001b[31m\u200b"} } }]}
            """);
        var page = await OpenAsync($"/sessions/{id}");

        var facts = page.GetByTestId("timeline-event").Locator("dl");
        await Expect(facts).ToContainTextAsync("10.0.0.9, psql");
        foreach (var number in new[] { "U+202E", "U+001B", "U+200B" }) await Expect(facts.Locator(".hidden-character").GetByText(number)).ToBeVisibleAsync();
        await Expect(page.Locator("h1 .hidden-character")).ToHaveTextAsync("U+202E");
        (await page.Locator("main").InnerTextAsync()).ShouldNotContain(one => one == '\u202e' || one == '\u001b' || one == '\u200b');
    }

    [Fact]
    public async Task Recorded_rows_are_shown_as_the_client_saw_them()
    {
        saga.World.Audit["/api/sessions/s-1/contents/0"] = (200, """{"number":0,"rows":[["7","[redacted]"],["8",null]]}""");
        var page = await OpenAsync("/sessions/s-1");

        await page.GetByTestId("show-rows").ClickAsync();

        await Expect(page.GetByTestId("recorded-rows")).ToContainTextAsync("[redacted]");
        await Expect(page.GetByTestId("recorded-rows").Locator("em")).ToHaveTextAsync("NULL");
    }

    [Fact]
    public async Task A_search_leads_to_the_moment()
    {
        saga.World.Audit["/api/search"] = (200, """
            {"statements":[{"session":"s-1","sequence":4,"at":"2026-01-02T03:04:09Z","operation":3,"principal":"reporting-agent","target":"shop","outcome":"hold","resolution":"approved",
              "verbs":["delete"],"objects":["public.orders"],"effects":["read","write"],"rules":["agents-change"],"approvers":["bea"],"text":"delete from orders where id = 1"}],"cursor":"next"}
            """);
        var page = await OpenAsync("/sessions");
        await page.GetByTestId("find-text").FillAsync("delete orders");
        await page.GetByTestId("finder").Locator("summary").ClickAsync();
        await page.GetByTestId("find-decision").SelectOptionAsync("approved");
        await page.GetByTestId("find-table").FillAsync("public.orders");
        await page.GetByTestId("find").ClickAsync();

        await Expect(page.GetByTestId("found-statement")).ToContainTextAsync("held, approved");
        saga.World.AskedOfAudit.ShouldContain(asked => asked.Path == "/api/search" && asked.Query == "?text=delete%20orders&table=public.orders&decision=approved");
        (await page.GetByTestId("older").GetAttributeAsync("href"))!.ShouldEndWith("&cursor=next");
        await PortalRig.LiveAsync(page);
        await page.GetByTestId("found-statement").ClickAsync();
        await Expect(page.Locator("[aria-current=step]")).ToHaveAttributeAsync("id", "event-4");
    }

    private async Task<IPage> OpenAsync(string path, Contracts.Identity.Principal? person = null)
    {
        SampleSessions.AddTo(saga.World);
        var page = await portal.SignInAsync(person ?? Bea);
        await page.GotoAsync(portal.Url + path);
        await PortalRig.LiveAsync(page);
        return page;
    }

    /// <summary>What Audit answers about a session from now on.</summary>
    private void Serve(string id, string state, int events) => saga.World.Audit[$"/api/sessions/{id}"] = (200, $$"""
        {"session":{"id":"{{id}}","principal":"reporting-agent","target":"shop","state":"{{state}}","startedAt":"2026-01-02T03:04:05Z","operations":{{events}} },"more":false,"events":[{{string.Join(',', Events(events))}}]}
        """);

    private static IEnumerable<string> Events(int count) => Enumerable.Range(0, count).Select(i =>
        $$"""{"sequence":{{i}},"at":"2026-01-02T03:04:{{i + 5:00}}Z","kind":"operation.completed","payload":{"operation":{{i}},"succeeded":true} }""");

    private static Timeline Stretch(long after, int limit, int total, long risky)
    {
        var start = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var session = new SessionSummary("s", "agent", null, "shop", "ended", "", null, total, 0, 0, start, null);
        var items = Enumerable.Range((int)after + 1, (int)Math.Min(limit, total - after - 1)).Select(i =>
            new TimelineItem(i, "operation.decided", "Allowed", start.AddSeconds(i), i == risky ? "blocked" : null, "select 1", "read", i, [])).ToList();
        return new Timeline(session, items, after + limit + 1 < total);
    }
}
