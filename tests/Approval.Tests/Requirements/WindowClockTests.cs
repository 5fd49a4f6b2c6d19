using System.Globalization;
using Hoop.Approval.Requirements;
using Hoop.Contracts.Approvals;
using Shouldly;
using Xunit;

namespace Hoop.Approval.Tests.Requirements;

public sealed class WindowClockTests
{
    private static readonly DayOfWeek[] Weekdays = [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday];

    [Theory]
    [InlineData("2026-11-20T08:00Z", null)]
    [InlineData("2026-11-20T16:59:59Z", null)]
    [InlineData("2026-11-20T17:00Z", "2026-11-23T08:00Z")]
    [InlineData("2026-11-21T12:00Z", "2026-11-23T08:00Z")]
    [InlineData("2026-11-20T07:59Z", "2026-11-20T08:00Z")]
    // Summer: Berlin is two hours ahead.
    [InlineData("2026-07-20T07:00Z", null)]
    [InlineData("2026-07-20T06:59Z", "2026-07-20T07:00Z")]
    public void Working_hours_are_those_of_their_zone(string now, string? opens) =>
        WindowClock.OpensAt([new ApprovalWindow(Weekdays, new(9, 0), new(18, 0), "Europe/Berlin")], At(now)).ShouldBe(opens is null ? null : At(opens));

    [Theory]
    [InlineData("2026-11-20T22:00Z", true)]
    [InlineData("2026-11-21T05:59Z", true)]
    [InlineData("2026-11-21T06:00Z", false)]
    [InlineData("2026-11-21T22:00Z", false)]
    [InlineData("2026-11-20T05:00Z", false)]
    public void A_night_belongs_to_the_day_on_which_it_begins(string now, bool open) =>
        (WindowClock.OpensAt([new ApprovalWindow([DayOfWeek.Friday], new(22, 0), new(6, 0), "UTC")], At(now)) is null).ShouldBe(open);

    [Fact]
    public void Until_midnight_is_until_the_days_end_and_the_same_time_is_a_whole_day()
    {
        var evening = new ApprovalWindow([DayOfWeek.Friday], new(18, 0), new(0, 0), "UTC");
        WindowClock.OpensAt([evening], At("2026-11-20T23:59Z")).ShouldBeNull();
        WindowClock.OpensAt([evening], At("2026-11-21T00:00Z")).ShouldBe(At("2026-11-27T18:00Z"));
        WindowClock.OpensAt([new ApprovalWindow([DayOfWeek.Friday], new(0, 0), new(0, 0), "UTC")], At("2026-11-20T12:00Z")).ShouldBeNull();
    }

    [Fact]
    public void A_beginning_that_the_clocks_jump_over_is_the_jumps_end() =>
        WindowClock.OpensAt([new ApprovalWindow([DayOfWeek.Sunday], new(2, 30), new(4, 0), "Europe/Berlin")], At("2026-03-29T00:30Z")).ShouldBe(At("2026-03-29T01:00Z"));

    [Fact]
    public void No_windows_are_always_open_and_an_unknown_zone_never()
    {
        WindowClock.OpensAt([], At("2026-11-20T12:00Z")).ShouldBeNull();
        WindowClock.OpensAt([new ApprovalWindow(Weekdays, new(0, 0), new(23, 59), "Mars/Olympus")], At("2026-11-20T12:00Z")).ShouldBe(DateTimeOffset.MaxValue);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
