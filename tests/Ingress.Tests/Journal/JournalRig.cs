using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal;
using Hoop.Ingress.Journal.Segments;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hoop.Ingress.Tests.Journal;

/// <summary>A journal in a directory of its own, which can be left as a crash would leave it and opened again.</summary>
internal sealed class JournalRig : IDisposable
{
    private FileJournal? open;

    public JournalRig() => Directory = System.IO.Directory.CreateTempSubdirectory("hoop-journal-").FullName;

    public string Directory { get; }

    public FileJournal Journal => open ?? throw new InvalidOperationException("Not open.");

    public JournalOptions Options(long max = 64 << 20, long reserve = 64 << 10, long segment = 1 << 20, bool map = true) => new()
    {
        Directory = Directory, MaxBytes = max, ReserveBytes = reserve, SegmentBytes = segment, MapSegments = map,
        Linger = TimeSpan.Zero, ConfirmTimeout = TimeSpan.FromSeconds(30),
    };

    public FileJournal Open(JournalOptions? options = null) =>
        open = FileJournal.Open(options ?? Options(), TimeProvider.System, NullLogger.Instance);

    public SessionJournal Session(string id) => new(id, Journal, TimeProvider.System);

    /// <summary>Lets go of the files; sessions that have not ended stay open in them.</summary>
    public void Close()
    {
        open?.Dispose();
        open = null;
    }

    public string[] Files() => [.. System.IO.Directory.GetFiles(Directory, "*.seg").Order()];

    /// <summary>Every event in every segment, as the files have them.</summary>
    public List<JournalEvent> Events() => EventsIn(Files());

    public static List<JournalEvent> EventsIn(IEnumerable<string> files)
    {
        var events = new List<JournalEvent>();
        foreach (var file in files)
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new RecordReader(handle, Segment.HeaderLength, RandomAccess.GetLength(handle));
            while (reader.TryRead())
            {
                if (reader.Body.Span[0] == (byte)RecordType.Event && JournalRecord.TryReadEvent(reader.Body.Span, out var e))
                    events.Add(e!);
            }
        }

        return events;
    }

    /// <summary>True when each session's events are numbered from 0, linked, and match their hashes.</summary>
    public static bool IsChained(IEnumerable<JournalEvent> events) => events.GroupBy(e => e.SessionId).All(session =>
    {
        var (next, head) = (0L, EventHash.None);
        foreach (var e in session)
        {
            if (e.Sequence != next || e.PreviousHash != head || !EventHash.Matches(e))
                return false;
            (next, head) = (next + 1, e.Hash);
        }

        return true;
    });

    public void Dispose()
    {
        Close();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
