using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Hoop.Audit.Siem;
using Hoop.Audit.Storage;
using Hoop.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Siem;

public sealed class SinkTests(AuditRig rig)
{
    [Fact]
    public async Task Syslog_messages_are_counted_and_carry_the_event()
    {
        using var receiver = new TcpReceiver();
        await using var sink = new TcpSink(Options($"syslog+tcp://127.0.0.1:{receiver.Port}"), SyslogForm.Write);
        var events = AuditRig.Session("session-\"]1");
        await sink.SendAsync(events, CancellationToken.None);

        var messages = Counted(await receiver.ReceivedAsync(bytes => Counted(bytes).Count == events.Count));
        messages[0].ShouldStartWith("<110>1 2026-01-31T12:00:00.000000Z ");
        messages[0].ShouldContain(" hoop - session.started [hoop@32473 session=\"session-\\\"\\]1\" sequence=\"0\"] \uFEFF{");
        messages[3].ShouldStartWith("<108>1 ");
        JsonDocument.Parse(messages[1][(messages[1].IndexOf('\uFEFF') + 1)..]).RootElement.GetProperty("hash").GetString().ShouldBe(events[1].Hash);
    }

    [Fact]
    public async Task What_was_sent_into_a_connection_that_broke_is_sent_again()
    {
        using var receiver = new TcpReceiver();
        await using var sink = new TcpSink(Options($"json+tcp://127.0.0.1:{receiver.Port}"), JsonForm.WriteLine);
        var events = AuditRig.Session(AuditRig.NewId());
        await sink.SendAsync(events[..2], CancellationToken.None);
        await receiver.ReceivedAsync(bytes => Lines(bytes).Count == 2);
        receiver.HangUp();

        await Eventually.TrueAsync(async () =>
        {
            try
            {
                await sink.SendAsync(events[2..3], CancellationToken.None);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        });
        var seen = Lines(await receiver.ReceivedAsync(bytes => Lines(bytes).Count >= 5)).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("sequence").GetInt64()).ToList();
        seen.ShouldBe([0, 1, 0, 1, 2]);
    }

    [Fact]
    public async Task A_receiver_that_is_down_gets_everything_when_it_is_back_and_delays_no_other()
    {
        var session = AuditRig.NewId();
        using var receiver = new TcpReceiver();
        var collector = new Collector();
        using var dead = await ReaderAsync("dead", new OtlpSink(Options("otlp+http://collector:4318"), collector, NullLogger.Instance));
        using var living = await ReaderAsync("living", new TcpSink(Options($"json+tcp://127.0.0.1:{receiver.Port}"), JsonForm.WriteLine));
        collector.Down = true;
        await dead.StartAsync(CancellationToken.None);
        await living.StartAsync(CancellationToken.None);
        var events = AuditRig.Session(session);
        foreach (var e in events) await rig.StoreAsync([e]);

        await receiver.ReceivedAsync(bytes => Lines(bytes).Count(l => l.Contains(session, StringComparison.Ordinal)) >= events.Count);
        collector.Records(session).ShouldBeEmpty();
        collector.Down = false;
        await Eventually.TrueAsync(() => collector.Records(session).Distinct().Count() == events.Count);
        await dead.StopAsync(CancellationToken.None);
        await living.StopAsync(CancellationToken.None);

        // What was being sent at the stop may come again; after that, a restart goes on where it stood.
        using (var second = await ReaderAsync("dead", new OtlpSink(Options("otlp+http://collector:4318"), collector, NullLogger.Instance)))
            while ((await second.StepAsync(CancellationToken.None)).Events > 0) { }
        collector.Clear();
        using (var third = await ReaderAsync("dead", new OtlpSink(Options("otlp+http://collector:4318"), collector, NullLogger.Instance)))
            while ((await third.StepAsync(CancellationToken.None)).Events > 0) { }
        collector.Records(session).ShouldBeEmpty();
        await rig.ScalarAsync<long>("WITH gone AS (DELETE FROM audit.feed_cursors WHERE name IN ('siem-dead', 'siem-living') RETURNING 1) SELECT count(*) FROM gone");
    }

    [Fact]
    public void A_receiver_that_nobody_knows_how_to_speak_to_is_one_clear_line() =>
        Should.Throw<InvalidOperationException>(() => SiemOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new("Hoop:Siem:x:Url", "udp://host:514")]).Build()))
            .Message.ShouldContain("Hoop__Siem__x__Url");

    private async Task<SiemReader> ReaderAsync(string name, ISiemSink sink)
    {
        await Task.CompletedTask;
        return new SiemReader(Options("json+tcp://x:1", name), sink, rig.Services.GetRequiredService<AuditDatabase>(), new ImpatientClock(), NullLogger<SiemReader>.Instance);
    }

    /// <summary>A reader that fails waits longer and longer: here a fiftieth of it, however long a receiver is down.</summary>
    private sealed class ImpatientClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 50 : dueTime, period);
    }

    private static SiemSinkOptions Options(string url, string name = "test") => new(name, new Uri(url), "Bearer of-the-tests");

    private static List<string> Lines(byte[] bytes) => [.. Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.EndsWith('}'))];

    private static List<string> Counted(byte[] bytes)
    {
        var messages = new List<string>();
        for (var at = 0; at < bytes.Length;)
        {
            var space = Array.IndexOf(bytes, (byte)' ', at);
            if (space < 0) break;
            var length = int.Parse(Encoding.ASCII.GetString(bytes, at, space - at), System.Globalization.CultureInfo.InvariantCulture);
            if (space + 1 + length > bytes.Length) break;
            messages.Add(Encoding.UTF8.GetString(bytes, space + 1, length));
            at = space + 1 + length;
        }

        return messages;
    }

    /// <summary>An OTLP collector, with the checks that a real one makes.</summary>
    private sealed class Collector : HttpMessageHandler, IHttpClientFactory
    {
        private readonly ConcurrentQueue<(string Session, string Sequence)> records = new();

        public bool Down { get; set; }

        public List<(string, string)> Records(string session) => [.. records.Where(r => r.Session == session)];

        public void Clear() => records.Clear();

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Down) throw new HttpRequestException("connection refused");
            request.RequestUri!.ToString().ShouldBe("http://collector:4318/v1/logs");
            request.Headers.Authorization!.ToString().ShouldBe("Bearer of-the-tests");
            var body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken)).RootElement;
            foreach (var record in body.GetProperty("resourceLogs")[0].GetProperty("scopeLogs")[0].GetProperty("logRecords").EnumerateArray())
            {
                long.Parse(record.GetProperty("timeUnixNano").GetString()!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
                var attributes = record.GetProperty("attributes").EnumerateArray().ToDictionary(a => a.GetProperty("key").GetString()!, a => a.GetProperty("value").GetProperty("stringValue").GetString()!);
                records.Enqueue((attributes["hoop.session"], attributes["hoop.sequence"]));
            }

            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}") };
        }
    }

    private sealed class TcpReceiver : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly MemoryStream received = new();
        private readonly Task accepting;
        private volatile TcpClient? current;

        public TcpReceiver()
        {
            listener.Start();
            accepting = AcceptAsync();
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public void HangUp() => current!.Close();

        public async Task<byte[]> ReceivedAsync(Func<byte[], bool> enough)
        {
            await Eventually.TrueAsync(() => enough(Snapshot()));
            return Snapshot();
        }

        public void Dispose()
        {
            listener.Stop();
            current?.Dispose();
        }

        private byte[] Snapshot()
        {
            lock (received) return received.ToArray();
        }

        private async Task AcceptAsync()
        {
            while (true)
            {
                try
                {
                    current = await listener.AcceptTcpClientAsync();
                    await ReadAsync(current.GetStream());
                }
                catch (Exception e) when (e is IOException or ObjectDisposedException)
                {
                    // Hung up on purpose.
                }
                catch (SocketException)
                {
                    return;
                }
            }
        }

        private async Task ReadAsync(NetworkStream stream)
        {
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer) is var read and > 0)
                lock (received) received.Write(buffer, 0, read);
        }
    }
}
