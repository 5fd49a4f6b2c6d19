using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Hoop.Testing;
using Microsoft.Playwright;
using Npgsql;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;
using static Microsoft.Playwright.Assertions;

namespace Hoop.Approval.Tests.Portal;

/// <summary>The lists, with people and groups of their own, so that nobody else's requests are in them.</summary>
[Collection(PortalCollection.Name)]
public sealed class InboxTests(SagaRig saga, PortalRig portal)
{
    private readonly string _group = "g" + Guid.NewGuid().ToString("N")[..8];

    private Principal Approver => Person("dora", _group);

    [Fact]
    public async Task Each_list_holds_what_it_says()
    {
        var (asked, decided, own) = (await OpenAsync("asked"), await OpenAsync("decided"), await OpenAsync("own", Approver));
        await saga.Ingress.VoteAsync(new CastVote(decided.RequestId, saga.World.Of(Person("erik", _group)), false, "no"));
        var page = await SignInAsync();

        await Expect(Rows(page)).ToHaveCountAsync(1);
        await Expect(Row(page, asked)).ToBeVisibleAsync();
        await page.GetByTestId("tab-decided").ClickAsync();
        await Expect(Row(page, decided)).ToBeVisibleAsync();
        await Expect(Row(page, asked)).ToHaveCountAsync(0);
        await page.GetByTestId("tab-own").ClickAsync();
        await Expect(Row(page, own)).ToBeVisibleAsync();
        await Expect(Row(page, decided)).ToHaveCountAsync(0);
        await page.GetByTestId("tab-all").ClickAsync();
        await Expect(Rows(page)).ToHaveCountAsync(3);

        await page.GetByTestId("search").FillAsync("DECIDED orders");
        await Expect(Rows(page)).ToHaveCountAsync(1);
        await Expect(Row(page, decided)).ToBeVisibleAsync();
        await page.GetByTestId("search").FillAsync("100%_");
        await Expect(page.GetByTestId("no-requests")).ToContainTextAsync("Nothing found");
    }

    [Fact]
    public async Task Same_statements_stand_together_and_are_decided_with_one_reason_each_vote_alone()
    {
        var same = new List<ApprovalRequested>();
        foreach (var value in new[] { "1", "2", "3" }) same.Add(await OpenAsync("same", fingerprint: _group, value: value));
        var other = await OpenAsync("other");
        var page = await SignInAsync();
        await Expect(page.GetByTestId("request-group")).ToContainTextAsync("3 × the same statement, not the same values");
        await page.GetByTestId("choose-all").CheckAsync();
        await Expect(page.GetByTestId("bulk")).ToContainTextAsync("3 requests chosen");

        await page.GetByTestId("bulk-deny").ClickAsync();
        await Expect(page.GetByTestId("bulk")).ToContainTextAsync("Say why");
        await page.GetByTestId("bulk-reason").FillAsync("All of these are for Monday");
        await page.GetByTestId("bulk-deny").ClickAsync();

        await Expect(page.GetByTestId("bulk-results")).ToContainTextAsync("3 of 3 counted");
        await Expect(Rows(page)).ToHaveCountAsync(1);
        await Expect(Row(page, other)).ToBeVisibleAsync();
        foreach (var request in same)
        {
            var told = await saga.Ingress.ResolutionAsync(request.RequestId);
            (told.Outcome, told.Reason).ShouldBe((ApprovalOutcome.Denied, "All of these are for Monday"));
        }
    }

    [Fact]
    public async Task Of_several_each_result_is_shown()
    {
        var (first, late) = (await OpenAsync("first"), await OpenAsync("late"));
        var page = await SignInAsync();
        await Expect(Rows(page)).ToHaveCountAsync(2);
        foreach (var box in await page.GetByTestId("choose").AllAsync()) await box.CheckAsync();
        await Expect(page.GetByTestId("bulk")).ToContainTextAsync("2 requests chosen");

        // While the first vote is counted, somebody else decides the second request.
        await using (var connection = new NpgsqlConnection(saga.Broker.Database))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var locking = new NpgsqlCommand("SELECT 1 FROM approvals WHERE id = $1 FOR UPDATE", connection) { Parameters = { new() { Value = first.RequestId } } };
            await locking.ExecuteScalarAsync();
            await page.GetByTestId("bulk-approve").ClickAsync();
            // A click is heard a while after it: decided before that, the second request would have left the choice.
            await using var waiting = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))", connection);
            await Eventually.TrueAsync(async () => (bool)(await waiting.ExecuteScalarAsync())!);
            (await saga.Ingress.VoteAsync(new CastVote(late.RequestId, saga.World.Of(Person("erik", _group)), true, null))).Accepted.ShouldBeTrue();
        }

        await Expect(page.GetByTestId("bulk-results")).ToContainTextAsync("1 of 2 counted");
        await Expect(page.GetByTestId("bulk-results")).ToContainTextAsync("already approved");
    }

    [Fact]
    public async Task What_arrives_is_said_to_who_does_not_see_it()
    {
        var page = await SignInAsync();
        await Expect(page.GetByTestId("no-requests")).ToBeVisibleAsync();

        await OpenAsync("arrives");

        await Expect(page.GetByTestId("arrivals")).ToHaveTextAsync("New: reporting-agent wants to run delete in shop.");
        (await page.GetByTestId("arrivals").GetAttributeAsync("aria-live")).ShouldBe("polite");
        (await page.Locator("[aria-live] .left").CountAsync()).ShouldBe(0, "a clock that is read aloud each second");
    }

    [Fact]
    public async Task A_keyboard_is_enough()
    {
        var (first, second) = (await OpenAsync("first"), await OpenAsync("second"));
        var page = await SignInAsync();
        await Expect(Rows(page)).ToHaveCountAsync(2);

        await FocusesAsync(page, "j", Row(page, first));
        await page.Keyboard.PressAsync("j");
        await Expect(Row(page, second)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("k");
        await page.Keyboard.PressAsync("/");
        await Expect(page.GetByTestId("search")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("jkad?");
        await Expect(page.GetByTestId("search")).ToHaveValueAsync("jkad?");
        await page.GetByTestId("search").FillAsync("");
        await Expect(Rows(page)).ToHaveCountAsync(2);
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Keyboard shortcuts" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("statement")).ToContainTextAsync("first");
        await Expect(page.GetByTestId("approve")).ToBeEnabledAsync();
        await FocusesAsync(page, "d", page.GetByTestId("reason"));
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("a");
        await Expect(page.GetByTestId("approve")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("request-state")).ToHaveTextAsync("pending");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("request-state")).ToHaveTextAsync("approved");
        await page.Keyboard.PressAsync("u");
        await Expect(Rows(page)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Shortcuts_can_be_switched_off_and_the_theme_is_kept()
    {
        var page = await SignInAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme: Auto" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme: Light" }).ClickAsync();
        await page.Keyboard.PressAsync("?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch shortcuts off" }).ClickAsync();
        await page.ReloadAsync();
        await PortalRig.LiveAsync(page);

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Theme: Dark" })).ToBeVisibleAsync();
        (await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor")).ShouldBe("rgb(13, 16, 20)");
        await page.Keyboard.PressAsync("?");
        await Expect(page.Locator("dialog#keys")).ToBeHiddenAsync();
    }

    private async Task<IPage> SignInAsync()
    {
        var page = await portal.SignInAsync(Approver);
        await PortalRig.LiveAsync(page);
        return page;
    }

    /// <summary>The page moves the focus to its heading once, at a moment of its own: the key counts when what it focused keeps the focus.</summary>
    private static Task FocusesAsync(IPage page, string key, ILocator target) => Eventually.TrueAsync(async () =>
    {
        await page.EvaluateAsync("document.activeElement?.blur()");
        await page.Keyboard.PressAsync(key);
        return await target.EvaluateAsync<bool>("element => new Promise(done => setTimeout(() => done(document.activeElement === element), 300))");
    });

    private Task<ApprovalRequested> OpenAsync(string name, Principal? asker = null, string? fingerprint = null, string value = "1") =>
        saga.OpenAsync(Request(saga.World.Of(asker ?? Agent)) with
        {
            Statement = $"delete from orders where note = '{name}' and id = $1", BindValues = [value], Requirements = [Needs(1, _group)],
            Fingerprint = fingerprint ?? Guid.NewGuid().ToString("N"),
        });

    private static ILocator Rows(IPage page) => page.GetByTestId("request-row");

    private static ILocator Row(IPage page, ApprovalRequested request) => page.Locator($"[data-testid=request-row][data-request='{request.RequestId}']");
}
