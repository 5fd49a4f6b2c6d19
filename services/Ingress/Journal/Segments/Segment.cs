using Microsoft.Win32.SafeHandles;

namespace Hoop.Ingress.Journal.Segments;

/// <summary>
/// One file of the journal: a magic number, an id, then records, then zeros up to its capacity, until it is sealed. Its size does not
/// change with what is in it, so that a sync has its pages to write and nothing else. Appended to by one writer under the journal's
/// lock; read by the shipper.
/// </summary>
internal sealed class Segment : IDisposable
{
    public const int HeaderLength = 24;
    public const string Extension = ".seg";

    private readonly SafeFileHandle handle;
    private long written;
    private long synced;
    private MappedFile? map;
    private byte[] scratch = [];

    private Segment(SafeFileHandle handle, string path, long number, Guid id, long capacity) =>
        (this.handle, Path, Number, Id, Capacity) = (handle, path, number, id, capacity);

    public static ReadOnlySpan<byte> Magic => "HOOPJNL1"u8;

    public string Path { get; private set; }
    public long Number { get; }

    /// <summary>Unique over all journals and all time: what batch ids are made of.</summary>
    public Guid Id { get; }

    /// <summary>Bytes allocated; a longer record goes into a segment made for it.</summary>
    public long Capacity { get; }

    public SafeFileHandle Handle => handle;

    /// <summary>True when nothing is appended any more.</summary>
    public bool Sealed { get; private set; }

    /// <summary>True when it took the space reserved for closing events.</summary>
    public bool IsReserve { get; private init; }

    public long Written => Volatile.Read(ref written);

    /// <summary>Bytes known to be on the disk. Only these are shipped, so Audit never knows more than a restart would find.</summary>
    public long Synced => Volatile.Read(ref synced);

    /// <summary>Bytes whose events Audit has.</summary>
    public long Confirmed { get; set; } = HeaderLength;

    /// <summary>Makes a new file and allocates its space; throws <see cref="IOException"/> when the disk has none.</summary>
    public static Segment Create(string path, long number, long capacity, byte[] heads, bool map)
    {
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, FileOptions.None, capacity);
        return Begin(handle, new Segment(handle, path, number, Guid.NewGuid(), capacity), heads, map);
    }

    /// <summary>Turns the reserve, allocated long ago, into a segment.</summary>
    public static Segment FromReserve(string reserve, string path, long number, long capacity, byte[] heads, bool map)
    {
        var handle = File.OpenHandle(reserve, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var segment = Begin(handle, new Segment(handle, reserve, number, Guid.NewGuid(), capacity) { IsReserve = true }, heads, map);
        File.Move(reserve, path);
        segment.Path = path;
        return segment;
    }

    /// <summary>A segment of an earlier run, whole up to <paramref name="length"/>.</summary>
    public static Segment Open(SafeFileHandle handle, string path, long number, Guid id, long length) =>
        new(handle, path, number, id, length) { Sealed = true, written = length, synced = length };

    /// <summary>Appends a record, given in two parts. After a failure the file is cut back to what it was, and the segment takes no more.</summary>
    public void Append(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest)
    {
        var length = head.Length + rest.Length;
        if (map is not null && written + length <= map.Length)
        {
            map.Write(written, head);
            map.Write(written + head.Length, rest);
        }
        else
        {
            WriteToFile(head, rest);
        }

        Volatile.Write(ref written, written + length);
    }

    /// <summary>Nothing is appended any more: what is left of its space is given back.</summary>
    public void Seal()
    {
        Sealed = true;
        map?.Dispose();
        map = null;
        CutBack();
    }

    public void Flush() => DiskSync.Content(handle);

    /// <param name="upTo">What was written before the flush began.</param>
    public void MarkSynced(long upTo) => Volatile.Write(ref synced, upTo);

    public void Delete()
    {
        Dispose();
        File.Delete(Path);
    }

    public void Dispose()
    {
        if (!Sealed && !handle.IsClosed)
            Seal();
        handle.Dispose();
    }

    private static Segment Begin(SafeFileHandle handle, Segment segment, byte[] heads, bool map)
    {
        try
        {
            var header = new byte[HeaderLength];
            Magic.CopyTo(header);
            segment.Id.TryWriteBytes(header.AsSpan(Magic.Length));
            RandomAccess.SetLength(handle, segment.Capacity);
            if (map)
                segment.map = MappedFile.TryMap(handle, segment.Capacity);
            segment.Append(header, heads);
            return segment;
        }
        catch
        {
            segment.map?.Dispose();
            handle.Dispose();
            throw;
        }
    }

    private void WriteToFile(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest)
    {
        var length = head.Length + rest.Length;
        if (scratch.Length < length)
            scratch = new byte[Math.Max(length, 4096)];
        head.CopyTo(scratch);
        rest.CopyTo(scratch.AsSpan(head.Length));
        try
        {
            RandomAccess.Write(handle, scratch.AsSpan(0, length), written);
        }
        catch
        {
            Seal();
            throw;
        }
    }

    private void CutBack()
    {
        try
        {
            RandomAccess.SetLength(handle, written);
        }
        catch (IOException)
        {
            // The next start finds where the whole records end, and cuts there.
        }
    }
}
