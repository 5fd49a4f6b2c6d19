using Hoop.Ingress.Catalog;
using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Catalog;

public sealed class NameClaimsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly object mine = new();
    private readonly object theirs = new();
    private readonly NameClaims claims;
    private int ended;

    public NameClaimsTests() => claims = new(TimeProvider.System, static () => CatalogSnapshot.Empty, () => ended++);

    [Fact]
    public void What_changed_since_a_statement_was_judged_keeps_it_from_being_sent()
    {
        var since = claims.Count;
        Change(theirs, "elsewhere").Dispose();
        claims.TryUse(new Named(), mine, since).ShouldBeTrue();
        Change(mine, "orders").Dispose();
        claims.TryUse(new Named(), mine, since).ShouldBeTrue();
        Change(theirs, "orders").Dispose();
        claims.TryUse(new Named(), mine, since).ShouldBeFalse();
        claims.TryUse(new Named(), mine, claims.Count).ShouldBeTrue();
        ended.ShouldBe(3);
    }

    [Fact]
    public void What_changed_too_often_to_say_does_so_too()
    {
        var since = claims.Count;
        for (var i = 0; i < 300; i++) Change(theirs, "elsewhere").Dispose();
        claims.TryUse(new Named(), mine, since).ShouldBeFalse();
        claims.TryUse(new Named(), mine, claims.Count - 200).ShouldBeTrue();
    }

    [Fact]
    public async Task A_change_waits_for_those_who_came_before_and_goes_before_those_who_come_later()
    {
        var earlier = new Named();
        claims.TryUse(earlier, mine, 0).ShouldBeTrue();
        var change = Change(theirs, "orders");
        var room = claims.UnusedAsync(change, Long, CancellationToken.None).AsTask();
        claims.TryUse(new Named(), mine, 0).ShouldBeFalse();
        room.IsCompleted.ShouldBeFalse();
        claims.EndUse(earlier);
        await room;
        claims.IsUsed(change).ShouldBeFalse();
    }

    [Fact]
    public async Task What_others_see_as_it_was_holds_them_up_only_while_it_may_be_committed()
    {
        var change = claims.Begin(theirs);
        change.Add(new ChangedNames([], ["orders"], false));
        claims.TryUse(new Named(), mine, 0).ShouldBeFalse();
        claims.Settled(null).ShouldBeNull();
        var free = claims.UnchangingAsync(new Named(), mine, Long, CancellationToken.None).AsTask();
        change.MayCommit = false;
        await free;
        claims.TryUse(new Named(), mine, 0).ShouldBeTrue();
        claims.Settled(null).ShouldBe(0);
    }

    [Fact]
    public void Code_that_may_change_anything_holds_up_what_keeps_masked_data()
    {
        var change = claims.Begin(theirs);
        change.Add(new ChangedNames([], [], Untold: true));
        claims.TryUse(new Named(), mine, 0).ShouldBeTrue();
        claims.TryUse(new Named { Keeps = true }, mine, 0).ShouldBeFalse();
        claims.TryUse(new Named { Keeps = true }, theirs, 0).ShouldBeTrue();
    }

    private NameClaims.Change Change(object session, string name)
    {
        var change = claims.Begin(session);
        change.Add(new ChangedNames([name], [], false));
        return change;
    }

    /// <summary>A statement about orders.</summary>
    private sealed class Named : INamesUse
    {
        public bool Keeps { get; init; }

        public bool Needs(MovedNames names) => names.Concern(["public.orders"]);
    }
}
