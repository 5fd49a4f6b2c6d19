using Hoop.Ingress.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Transport;

public sealed class EventLoopTests : IDisposable
{
    private readonly EventLoop loop = new("test", NullLogger.Instance);

    [Fact]
    public async Task Whatever_is_awaited_the_code_goes_on_on_its_loop()
    {
        var there = new List<bool>();
        await loop.RunAsync(async () =>
        {
            there.Add(loop.IsCurrent);
            await Task.Run(() => there.Add(loop.IsCurrent));
            there.Add(loop.IsCurrent);
            await Task.Yield();
            there.Add(loop.IsCurrent);
            await Task.Delay(1);
            there.Add(loop.IsCurrent);
        }).WaitAsync(LoopRig.Patience);
        there.ShouldBe([true, false, true, true, true]);
    }

    [Fact]
    public async Task Nothing_that_is_posted_from_many_threads_at_once_is_lost()
    {
        const int Threads = 8, Each = 20_000;
        var (sum, all) = (0, new TaskCompletionSource());
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
                loop.Post(_ =>
                {
                    if (++sum == Threads * Each) all.SetResult();
                }, null);
        })));
        await all.Task.WaitAsync(LoopRig.Patience);
    }

    [Fact]
    public async Task A_callback_that_fails_is_nobody_elses_end()
    {
        loop.Post(_ => throw new InvalidOperationException("of one session"), null);
        await loop.RunAsync(() => Task.CompletedTask).WaitAsync(LoopRig.Patience);
        await Should.ThrowAsync<FormatException>(() => loop.RunAsync(() => throw new FormatException()).WaitAsync(LoopRig.Patience));
    }

    [Fact]
    public async Task Work_that_posts_itself_again_leaves_room_for_others()
    {
        var stop = false;
        void Again(object? _)
        {
            if (!stop) loop.Post(Again, null);
        }
        loop.Post(Again, null);
        await loop.RunAsync(() => Task.CompletedTask).WaitAsync(LoopRig.Patience);
        stop = true;
    }

    public void Dispose() => loop.Dispose();
}
