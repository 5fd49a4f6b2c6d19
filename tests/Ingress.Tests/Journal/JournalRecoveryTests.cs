using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Journal;

public sealed class JournalRecoveryTests : IDisposable
{
    private readonly JournalRig rig = new();

    [Fact]
    public async Task Sessions_left_open_are_ended_as_crashed_and_ended_ones_are_left_alone()
    {
        rig.Open();
        await StartAsync("open", operations: 2);
        await StartAsync("ended", operations: 1);
        await ends("ended");
        rig.Close();

        rig.Open();
        var events = rig.Events();
        JournalRig.IsChained(events).ShouldBeTrue();
        events.Where(e => e.Kind == EventKinds.SessionEnded).Select(e => (e.SessionId, e.Payload)).ShouldBe([("ended", "{}"), ("open", """{"cause":"crash"}""")]);

        async Task ends(string id) => await sessions[id].AppendAsync(EventKinds.SessionEnded, "{}", Durability.Synced);
    }

    [Fact]
    public async Task A_crash_is_recorded_once_however_often_the_gateway_restarts()
    {
        rig.Open();
        await StartAsync("s1", operations: 0);
        for (var restart = 0; restart < 3; restart++)
        {
            rig.Close();
            rig.Open();
        }

        rig.Events().Count(e => e.Kind == EventKinds.SessionEnded).ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_session_is_not_open()
    {
        rig.Open();
        await rig.Session("s1").AppendAsync(EventKinds.SessionRefused, "{}", Durability.Synced);
        rig.Close();

        rig.Open();
        rig.Events().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_file_cut_anywhere_keeps_every_whole_event()
    {
        rig.Open();
        await StartAsync("s1", operations: 4);
        rig.Close();
        var (file, bytes, all) = (rig.Files().Single(), await File.ReadAllBytesAsync(rig.Files().Single()), rig.Events());

        foreach (var length in Enumerable.Range(0, bytes.Length + 1).Reverse().Where((l, i) => i < 300 || l % 9 == 0))
        {
            var kept = await ReopenAsync(file, bytes[..length]);
            kept.ShouldBe(all[..kept.Count]);
            if (length == bytes.Length)
                kept.ShouldBe(all);
        }
    }

    [Fact]
    public async Task The_space_after_the_last_event_of_a_killed_process_is_no_damage()
    {
        rig.Open();
        await StartAsync("s1", operations: 4);
        var (file, all) = (rig.Files().Single(), rig.Events());
        using var other = new JournalRig();
        var copy = Path.Combine(other.Directory, Path.GetFileName(file));
        File.Copy(file, copy);
        File.WriteAllBytes(Path.Combine(other.Directory, "000000000002.seg"), new byte[4096]);   // It was just being made.

        var told = new ToldLines();
        using (FileJournal.Open(other.Options(), TimeProvider.System, told)) JournalRig.EventsIn([copy]).ShouldBe(all);
        told.Lines.ShouldHaveSingleItem().ShouldContain("ended by a crash");
        Directory.GetFiles(other.Directory, "*.damaged").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_damaged_byte_loses_no_event_before_it()
    {
        rig.Open();
        await StartAsync("s1", operations: 4);
        rig.Close();
        var (file, bytes, all) = (rig.Files().Single(), await File.ReadAllBytesAsync(rig.Files().Single()), rig.Events());
        var lastRecord = bytes.AsSpan().LastIndexOf("hoop-event/1\n"u8) - 41;

        foreach (var at in Enumerable.Range(0, bytes.Length).Where(at => at < 64 || at >= lastRecord || at % 9 == 0))
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 0x10;
            var kept = await ReopenAsync(file, damaged);
            kept.ShouldBe(all[..kept.Count]);
            if (at >= lastRecord)
                kept.Count.ShouldBe(all.Count - 1);
        }
    }

    [Fact]
    public async Task What_is_cut_off_a_damaged_segment_is_set_aside_for_people_to_look_at()
    {
        rig.Open();
        await StartAsync("s1", operations: 4);
        rig.Close();
        var (file, bytes, all) = (rig.Files().Single(), await File.ReadAllBytesAsync(rig.Files().Single()), rig.Events());
        bytes[bytes.Length / 2] ^= 0x10;
        await File.WriteAllBytesAsync(file, bytes);

        rig.Open();
        var kept = rig.Events().TakeWhile(e => e.Kind != EventKinds.SessionEnded).Count();
        kept.ShouldBeInRange(1, all.Count - 2);
        // A hash may end with zeros, which look like the room that a segment has after its last record.
        (await File.ReadAllBytesAsync(file + ".damaged")).ShouldBe(bytes.AsSpan((int)rig.Journal.Segments()[0].Written).TrimEnd((byte)0).ToArray());
    }

    [Fact]
    public async Task The_chain_goes_on_after_the_segments_that_began_it_are_gone()
    {
        rig.Open(rig.Options(segment: 4096));
        await StartAsync("s1", operations: 60);
        await sessions["s1"].AppendAsync(EventKinds.OperationDecided, "{}", Durability.Synced);
        var before = rig.Events();
        foreach (var segment in rig.Journal.Segments())
            segment.Confirmed = segment.Written;
        var deleted = rig.Journal.Segments().TakeWhile(rig.Journal.TryDelete).Count();
        deleted.ShouldBeGreaterThan(1);
        rig.Close();

        rig.Open();
        var end = rig.Events()[^1];
        end.ShouldSatisfyAllConditions(
            () => end.Kind.ShouldBe(EventKinds.SessionEnded),
            () => end.Sequence.ShouldBe(before[^1].Sequence + 1),
            () => end.PreviousHash.ShouldBe(before[^1].Hash));
    }

    [Fact]
    public async Task The_last_segment_stays_however_much_is_confirmed()
    {
        rig.Open();
        await StartAsync("s1", operations: 1);
        var segment = rig.Journal.Segments().Single();
        segment.Confirmed = segment.Written;

        rig.Journal.TryDelete(segment).ShouldBeFalse();
    }

    public void Dispose() => rig.Dispose();

    private readonly Dictionary<string, SessionJournal> sessions = [];

    private async Task StartAsync(string id, int operations)
    {
        sessions[id] = rig.Session(id);
        await sessions[id].AppendAsync(EventKinds.SessionStarted, """{"target":"shop"}""", Durability.Written);
        for (var i = 0; i < operations; i++)
            await sessions[id].AppendAsync(EventKinds.OperationDecided, $$"""{"operation":{{i}},"text":"select 1 from customers"}""", Durability.Written);
    }

    /// <summary>Opens a journal of this one file; the events that were in it, the crash's end (checked here) taken off.</summary>
    private static async Task<List<JournalEvent>> ReopenAsync(string file, byte[] content)
    {
        using var other = new JournalRig();
        await File.WriteAllBytesAsync(Path.Combine(other.Directory, Path.GetFileName(file)), content);
        other.Open();
        var events = other.Events();
        JournalRig.IsChained(events).ShouldBeTrue();
        if (events.Count == 0)
            return [];
        events[^1].Payload.ShouldBe("""{"cause":"crash"}""");
        return events[..^1];
    }

    private sealed class ToldLines : ILogger
    {
        internal List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
