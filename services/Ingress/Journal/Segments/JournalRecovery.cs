using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Hoop.Ingress.Journal.Segments;

/// <summary>Reads the segments that an earlier run left, cuts damaged ends off, and finds which sessions are still open.</summary>
internal sealed class JournalRecovery(string directory, ILogger logger)
{
    private readonly List<Segment> segments = [];

    public SessionHeads Heads { get; } = new();
    public IReadOnlyList<Segment> Segments => segments;

    public void Run()
    {
        foreach (var (path, number) in Files())
        {
            if (Recover(path, number) is { } segment)
                segments.Add(segment);
        }
    }

    private IEnumerable<(string Path, long Number)> Files() =>
        Directory.EnumerateFiles(directory, "*" + Segment.Extension)
            .Select(path => (path, Number: long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1))
            .Where(file => file.Number >= 0)
            .OrderBy(file => file.Number);

    private Segment? Recover(string path, long number)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var length = RandomAccess.GetLength(file);
        Span<byte> header = stackalloc byte[Segment.HeaderLength];
        if (RandomAccess.Read(file, header, 0) == header.Length && header.StartsWith(Segment.Magic) && ReadRecords(file, length, out var whole))
        {
            if (whole < length)
                Cut(file, path, whole, EndOfData(file, whole, length));
            return Segment.Open(file, path, number, new Guid(header[Segment.Magic.Length..]), whole);
        }

        // Not even its first record is whole: it was being made when the process or the machine stopped.
        var end = EndOfData(file, 0, length);
        file.Dispose();
        SetAside(path, end);
        return null;
    }

    /// <summary>False when not even the first record, the heads, is whole.</summary>
    private bool ReadRecords(SafeFileHandle file, long length, out long whole)
    {
        using var reader = new RecordReader(file, Segment.HeaderLength, length);
        whole = Segment.HeaderLength;
        while (reader.TryRead() && Take(reader.Body.Span, first: whole == Segment.HeaderLength))
            whole = reader.Position;
        return whole > Segment.HeaderLength;
    }

    private bool Take(ReadOnlySpan<byte> body, bool first)
    {
        var type = (RecordType)body[0];
        if (first && type == RecordType.Heads)
        {
            Heads.Load(body);
            return true;
        }

        if (first || type != RecordType.Event || !JournalRecord.TryReadEvent(body, out var e))
            return false;
        Heads.Advance(e!);
        return true;
    }

    /// <summary>Where the zeros begin that a segment has after its last record.</summary>
    private static long EndOfData(SafeFileHandle file, long from, long to)
    {
        var buffer = new byte[64 * 1024];
        var end = from;
        for (var at = from; at < to;)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - at)), at);
            if (read == 0)
                break;
            if (buffer.AsSpan(0, read).LastIndexOfAnyExcept((byte)0) is var last and >= 0)
                end = at + last + 1;
            at += read;
        }

        return end;
    }

    private void Cut(SafeFileHandle file, string path, long whole, long end)
    {
        if (end > whole)
            KeepCut(file, path, whole, end);
        RandomAccess.SetLength(file, whole);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>A torn last record was promised to nobody; but a disk that errs in the middle may have whole ones after it, for people to look at.</summary>
    private void KeepCut(SafeFileHandle file, string path, long whole, long end)
    {
        logger.TailCut(Path.GetFileName(path), end - whole, whole);
        try
        {
            var cut = new byte[end - whole];
            var length = RandomAccess.Read(file, cut, whole);
            using var kept = new FileStream(path + ".damaged", FileMode.Create, FileAccess.Write);
            kept.Write(cut.AsSpan(0, length));
            kept.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            logger.CutNotKept(Path.GetFileName(path), e.Message);
        }
    }

    private void SetAside(string path, long end)
    {
        if (end == 0)
        {
            File.Delete(path);
            return;
        }

        File.Move(path, path + ".damaged", overwrite: true);
        logger.SetAside(Path.GetFileName(path));
    }
}
