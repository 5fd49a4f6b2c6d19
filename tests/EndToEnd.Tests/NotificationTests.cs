using System.Text.Json;
using Hoop.EndToEnd.Tests.Support;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>A statement that waits is told to a webhook and to whoever watches, through a restart of the service that tells it.</summary>
[Collection(FaultCollection.Name)]
public sealed class NotificationTests(FaultSystem hoop)
{
    [Fact]
    public async Task A_held_statement_reaches_the_webhook_and_the_watch_before_and_after_a_restart()
    {
        await hoop.ReadsAsync();
        await using var watch = Command.Start(
            Repository.File("hoop"), ["requests", "watch", "--as", "bea"], new Dictionary<string, string?> { ["HOOP_ENDPOINTS"] = hoop.EndpointsFile });
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("update orders set status = 'told 4711' where id = 61 /* notify-1 */;\n");
        var request = await hoop.PendingRequestAsync("notify-1");
        await watch.SawAsync($"{request}  pending");
        var opened = await ToldAsync(request, "request.opened");
        opened.GetProperty("data").GetProperty("objects").EnumerateArray().Select(one => one.GetString()).ShouldContain("public.orders");
        opened.GetRawText().ShouldNotContain("4711");
        opened.GetProperty("data").GetProperty("link").GetString().ShouldBe(new Uri(hoop.Portal, $"/requests/{request}").ToString());

        await using (await hoop.WithoutAsync("approval")) await watch.SawAsync("the connection was lost");
        await watch.SawAsync("following again", 60);
        (await hoop.CliAsync("requests", "deny", request, "--reason", "not today", "--as", "bea")).ExitCode.ShouldBe(0);

        await watch.SawAsync($"{request}  denied");
        (await ToldAsync(request, "request.resolved")).GetProperty("data").GetProperty("outcome").GetString().ShouldBe("denied");
        hoop.Hook.Taken.Where(one => IsOf(one.Message, request)).Select(one => one.Id).ShouldBeUnique();
        (await hoop.CliJsonAsync("notifications", "list", "--as", "bea")).EnumerateArray().Single().GetProperty("delivered").GetInt32().ShouldBeGreaterThanOrEqualTo(2);
        watch.Signal("INT");
        (await watch.WaitAsync()).ExitCode.ShouldBe(130);
    }

    private async Task<JsonElement> ToldAsync(string request, string what)
    {
        await Eventually.TrueAsync(() => hoop.Hook.Taken.Any(one => IsOf(one.Message, request) && one.Message.GetProperty("type").GetString() == what));
        return hoop.Hook.Taken.First(one => IsOf(one.Message, request) && one.Message.GetProperty("type").GetString() == what).Message;
    }

    private static bool IsOf(JsonElement message, string request) => message.GetProperty("data").TryGetProperty("request", out var id) && id.GetString() == request;
}
