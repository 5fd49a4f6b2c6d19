using Hoop.Ingress.Journal;
using Hoop.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Journal;

public class PaceTests
{
    private const int MaxLag = 8 << 20, Statement = 2_000, AuditTakes = 5_000_000;

    private readonly ManualClock clock = new();
    private readonly Pace pace;
    private long written;

    public PaceTests() => pace = new Pace(new JournalOptions { Directory = "/nowhere", MaxLagBytes = MaxLag }, clock, NullLogger.Instance);

    [Fact]
    public void Nobody_waits_while_audit_is_near()
    {
        foreach (var backlog in new[] { 0, MaxLag / 2, MaxLag * 3 / 4 })
        {
            Look(backlog, takes: MaxLag);
            pace.Charge(1 << 30);
            pace.Wait.ShouldBe(TimeSpan.Zero);
        }
    }

    [Fact]
    public void A_statement_waits_until_audit_could_have_taken_what_came_before_it()
    {
        FallBehind(takes: 1_000_000);
        pace.Charge(10_000);
        Milliseconds().ShouldBe(10, tolerance: 0.1);
        pace.Charge(20_000);
        Milliseconds().ShouldBe(30, tolerance: 0.1);
        clock.Advance(TimeSpan.FromMilliseconds(29.5));
        pace.Wait.ShouldBe(TimeSpan.Zero, "what is too short for a timer is waited for with the next");
        pace.Charge(1_000);
        Milliseconds().ShouldBe(1.5, tolerance: 0.1);
    }

    [Fact]
    public void Nobody_waits_over_a_second_whatever_was_recorded()
    {
        FallBehind(takes: 1_000_000);
        pace.Charge(100_000_000);
        Milliseconds().ShouldBe(1000, tolerance: 0.1);
        clock.Advance(TimeSpan.FromSeconds(1));
        pace.Wait.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(1), InlineData(8), InlineData(200)]
    public void Statements_without_end_go_at_the_pace_of_audit_and_the_lag_stays_where_it_may(int clients)
    {
        var load = new Load(clients, statementsPerSecond: 16_000);
        Run(load, seconds: 20);
        load.Forget();
        Run(load, seconds: 40);
        (load.Done * Statement / 40.0).ShouldBeInRange(AuditTakes * 0.9, AuditTakes * 1.1);
        load.LargestLag.ShouldBeLessThan(MaxLag * 3 / 2);
        load.LongestPause.ShouldBeLessThan(TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void An_audit_that_gets_slower_or_faster_is_followed()
    {
        var load = new Load(clients: 8, statementsPerSecond: 16_000);
        Run(load, seconds: 20);
        foreach (var takes in new[] { AuditTakes / 5, AuditTakes })
        {
            Run(load, seconds: 60, takes);
            load.Forget();
            Run(load, seconds: 20, takes);
            (load.Done * Statement / 20.0).ShouldBeInRange(takes * 0.85, takes * 1.15);
            load.LargestLag.ShouldBeLessThan(MaxLag * 3);
        }
    }

    [Fact]
    public void Half_of_what_audit_takes_is_not_slowed_however_far_it_is_behind()
    {
        written = MaxLag * 20L;
        var load = new Load(clients: 8, statementsPerSecond: 1_000);
        Run(load, seconds: 20);
        load.LongestPause.ShouldBeLessThan(TimeSpan.FromMilliseconds(5));
        load.Done.ShouldBeInRange(19_800, 20_200);
    }

    [Fact]
    public void While_audit_takes_nothing_nobody_waits()
    {
        FallBehind(takes: 1_000_000);
        pace.Charge(100_000);
        pace.Wait.ShouldBeGreaterThan(TimeSpan.Zero);
        clock.Advance(Pace.Interval);
        pace.Look(written, MaxLag * 2, takes: false);
        pace.Wait.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Looks_that_follow_each_other_at_once_count_as_one()
    {
        FallBehind(takes: 1_000_000);
        pace.Look(written, 0, takes: true);
        pace.Charge(10_000);
        pace.Wait.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    private double Milliseconds() => pace.Wait.TotalMilliseconds;

    /// <summary>As far as it may be, with Audit taking so many bytes a second.</summary>
    private void FallBehind(long takes)
    {
        for (var i = 0; i < 40; i++) Look(MaxLag, takes);
    }

    private void Look(long backlog, long takes)
    {
        clock.Advance(Pace.Interval);
        written += takes / 4;
        pace.Look(written, backlog, takes: true);
    }

    /// <summary>Clients that wait as they are told, and an Audit that takes batches of a megabyte, one after the other.</summary>
    private void Run(Load load, int seconds, int takes = AuditTakes)
    {
        const int Batch = 1 << 20;
        var step = TimeSpan.FromMilliseconds(0.5);
        for (var left = TimeSpan.FromSeconds(seconds); left > TimeSpan.Zero; left -= step)
        {
            clock.Advance(step);
            load.AuditWorked = written - load.Confirmed < 1 ? 0 : load.AuditWorked + (takes * step.TotalSeconds);
            if (load.AuditWorked >= Math.Min(Batch, written - load.Confirmed))
            {
                load.Confirmed += (long)Math.Min(Batch, written - load.Confirmed);
                load.AuditWorked = 0;
            }

            load.LargestLag = Math.Max(load.LargestLag, written - load.Confirmed);
            pace.Look(written, written - load.Confirmed, takes: true);
            load.Step(clock.GetUtcNow(), pace, () =>
            {
                written += Statement;
                pace.Charge(Statement);
            });
        }
    }

    private sealed class Load(int clients, int statementsPerSecond)
    {
        private readonly (DateTimeOffset Ready, bool Waited)[] ready = new (DateTimeOffset, bool)[clients];
        private readonly TimeSpan own = TimeSpan.FromSeconds((double)clients / statementsPerSecond);

        public long Confirmed { get; set; }
        public double AuditWorked { get; set; }
        public long LargestLag { get; set; }
        public long Done { get; private set; }
        public TimeSpan LongestPause { get; private set; }

        public void Forget() => (Done, LargestLag, LongestPause) = (0, 0, TimeSpan.Zero);

        public void Step(DateTimeOffset now, Pace pace, Action run)
        {
            for (var i = 0; i < ready.Length; i++)
            {
                if (ready[i].Ready == default) ready[i].Ready = now;
                while (ready[i].Ready <= now)
                {
                    if (!ready[i].Waited && pace.Wait is { Ticks: > 0 } wait)
                    {
                        LongestPause = wait > LongestPause ? wait : LongestPause;
                        ready[i] = (now + wait, true);
                        continue;
                    }

                    run();
                    Done++;
                    ready[i] = ((ready[i].Waited ? now : ready[i].Ready) + own, false);
                }
            }
        }
    }
}
