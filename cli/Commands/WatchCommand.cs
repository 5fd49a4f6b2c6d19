using System.CommandLine;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop requests watch</c>: one line for each request that waits and for each change, until Ctrl-C. It outlives restarts of the service.</summary>
internal static class WatchCommand
{
    private const int StatementWidth = 90;

    /// <summary>The service says something every ten seconds.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(35), FirstPause = TimeSpan.FromSeconds(0.5), LongestPause = TimeSpan.FromSeconds(5);

    public static Command Create(CommonOptions options, CliHost host)
    {
        var command = new Command("watch", "Follow the requests you may see, one line for each that waits and each change; with --json, JSON Lines. Ctrl-C ends it.") { options.As };
        command.SetAction((parsed, cancel) => FollowAsync(new Watch(options, host, parsed), cancel));
        return command;
    }

    private static async Task<int> FollowAsync(Watch watch, CancellationToken cancel)
    {
        while (true) await watch.FollowAsync(cancel);
    }

    private sealed class Watch(CommonOptions options, CliHost host, ParseResult parsed)
    {
        private readonly Dictionary<string, string> _said = [];
        private readonly Screen _screen = options.Screen(host);
        private string? _last;
        private bool _connected = true;
        private TimeSpan _pause = FirstPause;

        /// <summary>One connection, for as long as it lasts; then a pause if it broke.</summary>
        public async Task FollowAsync(CancellationToken cancel)
        {
            try
            {
                // Anew each time: a token ends sooner than a watch.
                var api = await options.ApiAsync(parsed, host, cancel);
                using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                silence.CancelAfter(Silence);
                await using var stream = await api.StreamAsync("/api/requests/stream", silence.Token, _last);
                await foreach (var item in SseParser.Create(stream).EnumerateAsync(silence.Token))
                {
                    silence.CancelAfter(Silence);
                    Connected();
                    if (item.EventType == "request") Tell(item.Data);
                    _last = item.EventId is { Length: > 0 } id ? id : _last;
                }
                // The service ends each connection after a while.
                await Task.Delay(FirstPause, host.Clock, cancel);
            }
            catch (CliException e) when (e.ExitCode == ExitCodes.Unreachable && _last is not null)
            {
                await LostAsync(cancel);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested)
            {
                await LostAsync(cancel);
            }
        }

        private void Connected()
        {
            if (!_connected) host.Error.WriteLine("hoop: following again.");
            (_connected, _pause, _last) = (true, FirstPause, _last ?? host.Clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        }

        private async Task LostAsync(CancellationToken cancel)
        {
            if (_connected) host.Error.WriteLine("hoop: the connection was lost; trying again.");
            _connected = false;
            await Task.Delay(_pause, host.Clock, cancel);
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        }

        /// <summary>Once for each change that somebody would want to know.</summary>
        private void Tell(string data)
        {
            using var document = JsonDocument.Parse(data);
            var request = document.RootElement;
            var now = $"{request.Text("state")} {request.Text("missing")} {request.Text("votes")} {request.Child("result")?.Text("line")}";
            if (_said.GetValueOrDefault(request.Text("id")) == now) return;
            _said[request.Text("id")] = now;
            _screen.Line(parsed.GetValue(options.Json) ? data : Line(request));
        }

        private static string Line(JsonElement request)
        {
            var outcome = request.Text("state") == "pending" ? $"missing {request.Text("missing")}" : request.Child("result")?.Text("line") is { Length: > 0 } result ? result : request.Text("reason");
            string[] parts =
            [
                request.Text("id"), request.Text("state").PadRight(9), request.Text("requester"), request.Text("target"), SafeText.Line(request.Text("statement"), StatementWidth), outcome,
            ];
            return string.Join("  ", parts.Where(part => part.Length > 0).Select(part => SafeText.Line(part)));
        }
    }
}
