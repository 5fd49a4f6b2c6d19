using System.Runtime.CompilerServices;

namespace Hoop.Testing;

/// <summary>
/// Waits for what another process or thread brings about and tells nobody of. It looks again and again, and gives up with what was waited for and what was
/// seen last.
/// </summary>
public static class Eventually
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5), LongestPause = TimeSpan.FromMilliseconds(100);

    public static Task TrueAsync(Func<bool> condition, int seconds = 30, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        SeenAsync(() => Task.FromResult(condition()), held => held, seconds, what);

    public static Task TrueAsync(Func<Task<bool>> condition, int seconds = 30, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        SeenAsync(condition, held => held, seconds, what);

    /// <summary>What a look finds, once it finds something.</summary>
    public static async Task<T> FoundAsync<T>(Func<Task<T?>> look, int seconds = 30, [CallerArgumentExpression(nameof(look))] string what = "")
        where T : class =>
        (await SeenAsync(look, found => found is not null, seconds, what))!;

    /// <summary>What a look sees, once that is enough.</summary>
    public static async Task<T> SeenAsync<T>(Func<Task<T>> look, Func<T, bool> enough, int seconds = 30, [CallerArgumentExpression(nameof(enough))] string what = "")
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        T? last = default;
        try
        {
            for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                last = await look().WaitAsync(patience.Token);
                if (enough(last)) return last;
                await Task.Delay(pause, patience.Token);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException($"Not within {seconds} s: {what}\nLast seen: {Short(last?.ToString())}");
        }
    }

    private static string Short(string? text) => text is null ? "nothing" : text.Length <= 1000 ? text : text[..1000] + "…";
}
