using System.Diagnostics;
using System.Globalization;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal;
using Hoop.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Journal;

/// <summary>A real process writes to the journal and is killed with SIGKILL.</summary>
public sealed class JournalCrashTests : IDisposable
{
    private const string DirectoryVariable = "HOOP_TEST_JOURNAL";
    private const string MapVariable = "HOOP_TEST_JOURNAL_MAP";

    private readonly JournalRig rig = new();

    [Theory]
    [InlineData(20, true)]
    [InlineData(500, true)]
    [InlineData(500, false)]
    public async Task Nothing_acknowledged_is_lost_when_the_process_is_killed(int afterAcknowledgements, bool mapped)
    {
        var acknowledged = await KilledAfterAsync(afterAcknowledgements, mapped);

        rig.Open();
        var events = rig.Events();
        JournalRig.IsChained(events).ShouldBeTrue();
        var hashes = events.Select(e => e.Hash).ToHashSet();
        acknowledged.Count.ShouldBeGreaterThanOrEqualTo(afterAcknowledgements);
        acknowledged.Where(hash => !hashes.Contains(hash)).ShouldBeEmpty();
        events.GroupBy(e => e.SessionId).ShouldAllBe(session => session.Last().Kind == EventKinds.SessionEnded && session.Last().Payload == """{"cause":"crash"}""");
    }

    /// <summary>Not a test of its own: what the killed process runs. Writes each acknowledged hash as a line into a file.</summary>
    [Fact(Explicit = true)]
    public async Task Child_appends_until_it_is_killed()
    {
        var directory = Environment.GetEnvironmentVariable(DirectoryVariable) ?? throw new InvalidOperationException($"{DirectoryVariable} is not set.");
        using var journal = FileJournal.Open(
            new JournalOptions { Directory = directory, SegmentBytes = 64 << 10, MapSegments = Environment.GetEnvironmentVariable(MapVariable) != "no" }, TimeProvider.System, NullLogger.Instance);
        var recorder = new HashRecorder(journal, Path.Combine(directory, "acknowledged"));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            var session = new SessionJournal($"s{n}", recorder, TimeProvider.System);
            await session.AppendAsync(EventKinds.SessionStarted, "{}", Durability.Written);
            for (var i = 0; ; i++)
                await session.AppendAsync(EventKinds.OperationDecided, $$"""{"operation":{{i}}}""", i % 3 == 0 ? Durability.Synced : Durability.Written);
        })));
    }

    public void Dispose() => rig.Dispose();

    private async Task<List<string>> KilledAfterAsync(int acknowledgements, bool mapped)
    {
        var start = new ProcessStartInfo(
            Path.ChangeExtension(typeof(JournalCrashTests).Assembly.Location, null),
            ["-method", $"{typeof(JournalCrashTests).FullName}.{nameof(Child_appends_until_it_is_killed)}", "-explicit", "only"])
        {
            RedirectStandardOutput = true, Environment = { [DirectoryVariable] = rig.Directory, [MapVariable] = mapped ? "yes" : "no" },
        };
        using var child = Process.Start(start)!;
        _ = child.StandardOutput.ReadToEndAsync();
        var file = Path.Combine(rig.Directory, "acknowledged");
        try
        {
            await Eventually.TrueAsync(() =>
            {
                child.HasExited.ShouldBeFalse();
                return File.Exists(file) && new FileInfo(file).Length >= acknowledgements * 65L;
            }, seconds: 60, what: $"{acknowledgements} events are acknowledged");
        }
        finally
        {
            child.Kill();
        }

        await child.WaitForExitAsync();
        return [.. (await File.ReadAllLinesAsync(file)).Where(line => line.Length == 64)];
    }

    private sealed class HashRecorder(IJournal journal, string file) : IJournal
    {
        private readonly FileStream acknowledged = new(file, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);

        public long Append(in ChainedEvent e)
        {
            var place = journal.Append(e);
            var hash = System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(e.Hash)}\n"));
            lock (acknowledged)
                acknowledged.Write(hash);
            return place;
        }

        public ValueTask DurableAsync(long place, CancellationToken cancel) => journal.DurableAsync(place, cancel);

        public TimeSpan Wait => journal.Wait;
    }
}
