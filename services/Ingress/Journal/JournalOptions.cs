namespace Hoop.Ingress.Journal;

/// <summary>Section <c>Hoop:Journal</c>; the directory is <c>Hoop:DataDirectory</c>/journal.</summary>
public sealed class JournalOptions
{
    public required string Directory { get; init; }

    /// <summary>All segments together. Full: everything but closing events is refused.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>The last part of <see cref="MaxBytes"/>, and a preallocated file as large, for closing events alone.</summary>
    public long ReserveBytes { get; init; } = 4L << 20;

    /// <summary>How far Audit may be behind, while it takes events at all, before statements wait for it.</summary>
    public long MaxLagBytes { get; init; } = 64L << 20;

    /// <summary>A segment's size; its space is allocated when it is made.</summary>
    public long SegmentBytes { get; init; } = 16L << 20;

    /// <summary>False: segments are written by calls to the kernel everywhere, as they are where the file system does not keep allocated space.</summary>
    public bool MapSegments { get; init; } = true;

    /// <summary>How long a merely written event may wait for the disk.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the shipper gathers events before it sends a batch that is not full: each batch is a message and a transaction, whatever is in it.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long Audit may take to confirm a batch before it is sent again; doubles up to 16 times as long.</summary>
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public static JournalOptions From(IConfiguration configuration)
    {
        var data = configuration["Hoop:DataDirectory"]
            ?? throw new InvalidOperationException("No place for the journal: set Hoop__DataDirectory to a writable directory.");
        var max = configuration.GetValue("Hoop:Journal:MaxBytes", 1L << 30);
        if (max < 1 << 20)
            throw new InvalidOperationException($"Hoop:Journal:MaxBytes is {max}: a journal needs at least 1048576 bytes.");
        var lag = configuration.GetValue("Hoop:Journal:MaxLagBytes", Math.Min(64L << 20, max / 4));
        if (lag < 1 || lag >= max)
            throw new InvalidOperationException($"Hoop:Journal:MaxLagBytes is {lag}: it must be more than nothing and less than Hoop:Journal:MaxBytes, {max}.");
        return new JournalOptions
        {
            Directory = Path.Combine(data, "journal"),
            MaxBytes = max,
            MaxLagBytes = lag,
            ReserveBytes = Math.Min(4L << 20, max / 8),
            SegmentBytes = Math.Min(16L << 20, max / 8),
        };
    }
}
