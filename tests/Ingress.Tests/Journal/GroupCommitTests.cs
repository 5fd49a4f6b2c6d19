using Hoop.Ingress.Journal.Segments;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Journal;

public class GroupCommitTests
{
    [Fact]
    public async Task Whoever_comes_while_a_sync_runs_shares_the_next()
    {
        var syncs = 0;
        using var first = new SemaphoreSlim(0);
        using var release = new SemaphoreSlim(0);
        using var commit = new GroupCommit(TimeSpan.FromHours(1), () =>
        {
            if (Interlocked.Increment(ref syncs) != 1)
                return;
            first.Release();
            release.Wait();
        });
        var one = commit.SyncedAsync();
        await first.WaitAsync(TimeSpan.FromSeconds(20));
        var rest = Enumerable.Range(0, 50).Select(_ => commit.SyncedAsync()).ToArray();
        one.IsCompleted.ShouldBeFalse();
        release.Release();

        await Task.WhenAll([one, .. rest]).WaitAsync(TimeSpan.FromSeconds(20));
        Volatile.Read(ref syncs).ShouldBe(2);
    }

    [Fact]
    public async Task A_failed_sync_fails_everybody_who_waited_for_it()
    {
        using var commit = new GroupCommit(TimeSpan.FromHours(1), () => throw new IOException("broken disk"));

        (await Should.ThrowAsync<IOException>(commit.SyncedAsync().WaitAsync(TimeSpan.FromSeconds(20)))).Message.ShouldBe("broken disk");
    }

    [Fact]
    public async Task Stopping_syncs_what_is_left()
    {
        var syncs = 0;
        var commit = new GroupCommit(TimeSpan.FromHours(1), () => Interlocked.Increment(ref syncs));
        commit.Written();
        await Task.Run(commit.Dispose).WaitAsync(TimeSpan.FromSeconds(20));

        syncs.ShouldBeGreaterThan(0);
    }
}
