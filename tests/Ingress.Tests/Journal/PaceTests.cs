using Hoop.Ingress.Journal;
using Hoop.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Journal;

public class PaceTests
{
    private const long MaxLag = 64 << 20;

    private readonly ManualClock clock = new();
    private readonly Pace pace;

    public PaceTests() => pace = new Pace(new JournalOptions { Directory = "/nowhere", MaxLagBytes = MaxLag }, clock, NullLogger.Instance);

    [Fact]
    public void Nobody_waits_while_audit_is_near()
    {
        foreach (var backlog in new[] { 0, MaxLag / 2, MaxLag - 1, MaxLag }) Look(backlog).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Statements_wait_longer_as_long_as_the_lag_grows_and_never_over_a_second()
    {
        var before = TimeSpan.Zero;
        for (var i = 1; i <= 10; i++)
        {
            var wait = Look(MaxLag + i);
            wait.ShouldBeGreaterThan(before);
            before = wait;
        }
        for (var i = 11; i <= 60; i++) Look(MaxLag + i);
        pace.Wait.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_lag_that_no_longer_grows_leaves_the_wait_until_half_of_it_is_gone()
    {
        for (var i = 1; i <= 10; i++) Look(MaxLag + i);
        var wait = pace.Wait;
        Look(MaxLag + 5).ShouldBe(wait);
        Look(MaxLag / 2).ShouldBe(wait);
        Look(MaxLag / 2 + 10).ShouldBe(wait);
        Look(MaxLag / 2 - 1).ShouldBeLessThan(wait);
        pace.Wait.ShouldBeGreaterThan(TimeSpan.Zero);
        Look(MaxLag / 4 - 1).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void A_backlog_that_audit_works_off_makes_nobody_wait_however_large()
    {
        for (var i = 0; i < 10; i++) Look(MaxLag * 10, taken: false);
        for (var i = 10; i > 0; i--) Look(MaxLag * i).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void While_audit_takes_nothing_nobody_waits()
    {
        for (var i = 1; i <= 10; i++) Look(MaxLag + i);
        pace.Wait.ShouldBeGreaterThan(TimeSpan.Zero);
        Look(MaxLag * 2, taken: false).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Looks_that_follow_each_other_at_once_count_as_one()
    {
        var wait = Look(MaxLag + 1);
        pace.Look(MaxLag + 2, taken: true);
        pace.Wait.ShouldBe(wait);
    }

    private TimeSpan Look(long backlog, bool taken = true)
    {
        clock.Advance(Pace.Interval);
        pace.Look(backlog, taken);
        return pace.Wait;
    }
}
