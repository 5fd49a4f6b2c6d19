namespace Hoop.Ingress.Journal.Segments;

/// <summary>The journal's files. Not thread-safe: used under the journal's lock.</summary>
internal sealed class SegmentStore(JournalOptions options, SessionHeads heads, IReadOnlyList<Segment> earlier, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly List<Segment> segments = [.. earlier];
    private readonly string reserve = Path.Combine(options.Directory, "reserve");
    private long lastNumber = earlier.Count == 0 ? 0 : earlier[^1].Number;
    private long? diskFullSince;

    public IReadOnlyList<Segment> Segments => segments;
    public long TotalBytes { get; private set; } = earlier.Sum(s => s.Written);

    /// <summary>True when a file was made that its directory may not know on the disk yet.</summary>
    public bool DirectoryChanged { get; set; } = true;

    private Segment? Active => segments is [.., { Sealed: false } last] ? last : null;

    /// <summary>Appends a record, in a new segment when the last one is full.</summary>
    /// <param name="closing">True: the reserve may be used.</param>
    public void Append(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest, bool closing)
    {
        var length = head.Length + rest.Length;
        var active = Active;
        if (active is null || active.Written + length > active.Capacity || (active.IsReserve && !closing))
            active = Roll(length, closing);
        active.Append(head, rest);
        TotalBytes += length;
    }

    /// <summary>Makes sure of a segment to write to and of the reserve.</summary>
    public void Open()
    {
        KeepReserve();
        Roll(0, closing: true);
        KeepReserve();
    }

    /// <summary>True while no new segment can be allocated: tried again by whoever asks, so that it is known without a client.</summary>
    public bool IsDiskFull()
    {
        if (diskFullSince is null)
            return false;
        try
        {
            Roll(0, closing: false);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    public void Delete(Segment segment)
    {
        segments.Remove(segment);
        TotalBytes -= segment.Written;
        segment.Delete();
    }

    public void Dispose() => segments.ForEach(s => s.Dispose());

    private Segment Roll(int length, bool closing)
    {
        if (!closing && diskFullSince is { } since && time.GetElapsedTime(since) < RetryAfter)
            throw new IOException("No space left on the journal's disk.");
        var first = heads.ToRecord();
        var path = Path.Combine(options.Directory, $"{lastNumber + 1:D12}{Segment.Extension}");
        var segment = Create(path, Math.Max(options.SegmentBytes, Segment.HeaderLength + first.Length + length), first, closing);
        Active?.Seal();
        segments.Add(segment);
        lastNumber = segment.Number;
        TotalBytes += segment.Written;
        DirectoryChanged = true;
        return segment;
    }

    private Segment Create(string path, long capacity, byte[] first, bool closing)
    {
        try
        {
            var segment = Segment.Create(path, lastNumber + 1, capacity, first, options.MapSegments);
            if (diskFullSince is not null)
                KeepReserve();
            diskFullSince = null;
            return segment;
        }
        catch (IOException)
        {
            diskFullSince = time.GetTimestamp();
            File.Delete(path);
            if (!closing || !File.Exists(reserve))
                throw;
        }

        return Segment.FromReserve(reserve, path, lastNumber + 1, options.ReserveBytes, first, options.MapSegments);
    }

    private void KeepReserve()
    {
        if (File.Exists(reserve))
            return;
        try
        {
            File.OpenHandle(reserve, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, options.ReserveBytes).Dispose();
        }
        catch (IOException)
        {
            File.Delete(reserve);
        }
    }
}
