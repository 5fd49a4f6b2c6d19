using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests;

public sealed class ProcessPriorityTests
{
    private readonly List<int> set = [];

    [Fact]
    public void It_is_low_while_audit_is_in_time_as_others_while_it_is_late_and_does_not_flap_between()
    {
        var priority = new ProcessPriority(10, Set);
        set.ShouldBe([10]);
        foreach (var age in new[] { 0.1, 2, 3.9 }) priority.Stored(TimeSpan.FromSeconds(age)).ShouldBeFalse();
        set.ShouldBe([10]);

        priority.Stored(TimeSpan.FromSeconds(4)).ShouldBeTrue();
        foreach (var age in new[] { 60, 3.9, 1 }) priority.Stored(TimeSpan.FromSeconds(age)).ShouldBeFalse();
        set.ShouldBe([10, 0]);

        priority.Stored(TimeSpan.FromSeconds(0.9)).ShouldBeFalse();
        priority.Stored(TimeSpan.FromSeconds(3)).ShouldBeFalse();
        set.ShouldBe([10, 0, 10]);
    }

    [Fact]
    public void What_can_not_be_set_now_is_tried_again_with_the_next_batch()
    {
        var may = true;
        var priority = new ProcessPriority(10, nice =>
        {
            Set(nice);
            return may;
        });
        may = false;
        priority.Stored(TimeSpan.FromSeconds(5)).ShouldBeFalse();
        may = true;
        priority.Stored(TimeSpan.FromSeconds(5)).ShouldBeTrue();
        set.ShouldBe([10, 0, 0]);
    }

    [Fact]
    public void Nothing_is_changed_where_nothing_is_to_be()
    {
        new ProcessPriority(0, Set).Stored(TimeSpan.FromHours(1)).ShouldBeFalse();
        set.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("20")]
    public void What_is_no_niceness_is_refused_in_one_line(string nice)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Hoop:Audit:Nice", nice)]).Build();
        Should.Throw<InvalidOperationException>(() => ProcessPriority.Of(configuration)).Message.ShouldBe($"Hoop__Audit__Nice is {nice}: it must be from 0 (as other processes) to 19.");
    }

    private bool Set(int nice)
    {
        set.Add(nice);
        return true;
    }
}
