using System.Text;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Tests.Bundles;
using Hoop.Contracts.Audit;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests.Log;

/// <summary>A log that was kept proves something of a session, or the session is not verified by it.</summary>
public class KeptLogTests
{
    private static readonly List<JournalEvent> Events = BundleRig.Session();

    [Fact]
    public async Task It_says_up_to_which_event_it_knew_the_session()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[1]).SignAsync();
        await log.AddHead(Events[4]).SignAsync();
        var result = await VerifyAsync(log, log.Checkpoints());

        result.Ok.ShouldBeTrue(result.Message);
        result.Message.ShouldEndWith("it is all that the log of 2 entries knew of it, which is up to event 4");
        result.LoggedEvent.ShouldBe(4);
    }

    [Theory]
    [InlineData("", "there is no checkpoint in it")]
    [InlineData("\n\n", "there is no checkpoint in it")]
    [InlineData("garbage\n{}\nnull\n", "there is no checkpoint in it, and 3 lines that are none")]
    public async Task A_log_without_a_checkpoint_proves_nothing(string kept, string expected)
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[4]).SignAsync();
        var result = await VerifyAsync(log, [Encoding.UTF8.GetBytes(kept)]);

        (result.Ok, result.Message).ShouldBe((false, $"the log that was kept can prove nothing: {expected}"));
    }

    [Fact]
    public async Task A_log_that_is_shorter_than_the_bundles_head_proves_nothing()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[1]).SignAsync();
        await log.AddHead(Events[4]).SignAsync();
        var result = await VerifyAsync(log, log.Checkpoints()[..1]);

        (result.Ok, result.Message).ShouldBe((false, "the log that was kept can not prove the bundle's tree head: it has 1 entries, and the head 2; take a newer copy of the log"));
    }

    [Fact]
    public async Task A_session_that_the_log_never_heard_of_is_not_proven_by_it()
    {
        var other = Events[4] with { SessionId = "other" };
        var log = await new LogRig(BundleRig.Key).AddHead(other).SignAsync();
        var result = await VerifyAsync(null, log.Checkpoints());

        result.Ok.ShouldBeFalse();
        result.Message.ShouldStartWith("the log that was kept, of 1 entries, says nothing of session s1: it was never logged, or only later");
    }

    [Fact]
    public async Task A_bundle_from_before_it_was_logged_is_held_against_what_came_then()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[4]).SignAsync();

        (await VerifyAsync(null, log.Checkpoints())).Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task Another_log_proves_nothing()
    {
        var (log, another) = (await new LogRig(BundleRig.Key).AddHead(Events[4]).SignAsync(), await new LogRig(BundleRig.Key, "another").AddHead(Events[4]).SignAsync());

        (await VerifyAsync(log, another.Checkpoints())).Message.ShouldBe("the bundle's tree head is of the log hoop, and the one that was kept is another");
    }

    [Fact]
    public async Task Lines_that_a_crash_cut_short_are_told()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[4]).SignAsync();
        var line = log.Checkpoints()[0];
        var result = await VerifyAsync(log, [line[..40], line]);

        result.Ok.ShouldBeTrue(result.Message);
        result.Notes.ShouldHaveSingleItem().ShouldStartWith("1 lines of the log that was kept are no checkpoints");
    }

    private static async Task<VerifyResult> VerifyAsync(LogRig? log, IEnumerable<byte[]> kept)
    {
        using var bundle = new MemoryStream(await BundleRig.ExportAsync(Events, proofs: log?.ProofsOf("s1")));
        using var checkpoints = new MemoryStream([.. kept.SelectMany(line => line.Append((byte)'\n'))]);
        return await BundleVerifier.VerifyAsync(bundle, checkpoints: checkpoints);
    }
}
