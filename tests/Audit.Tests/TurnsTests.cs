using System.Net;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests;

public sealed class TurnsTests
{
    [Fact]
    public void So_many_of_one_and_so_many_of_all_and_what_is_given_back_is_anothers()
    {
        var turns = new Turns("too-many", "things", ofOne: 2, ofAll: 3);
        var (first, second) = (turns.TryTake("ana").ShouldNotBeNull(), turns.TryTake("ana").ShouldNotBeNull());
        turns.TryTake("ana").ShouldBeNull();
        turns.TryTake("bea").ShouldNotBeNull();
        turns.TryTake("olga").ShouldBeNull();
        first.Dispose();
        first.Dispose();
        turns.TryTake("olga").ShouldNotBeNull();
        turns.TryTake("olga").ShouldBeNull();
        second.Dispose();
        turns.TryTake("ana").ShouldNotBeNull();
    }

    [Fact]
    public void The_refusal_says_how_many_and_what_to_do()
    {
        var refusal = new Turns("too-many", "things", ofOne: 2, ofAll: 3).Refusal();

        refusal.StatusCode.ShouldBe((int)HttpStatusCode.TooManyRequests);
        refusal.ProblemDetails.Detail.ShouldBe("There are too many things at once: 2 of one principal, 3 of all together. Wait until one of yours has ended, or end one.");
    }
}
