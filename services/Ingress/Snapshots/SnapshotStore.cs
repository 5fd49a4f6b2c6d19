namespace Hoop.Ingress.Snapshots;

/// <summary>The newest compiled documents, swapped whole. Null until the first pair: then everything is refused.</summary>
public sealed class SnapshotStore
{
    private volatile HoopSnapshot? current;

    public HoopSnapshot? Current
    {
        get => current;
        internal set => current = value ?? throw new ArgumentNullException(nameof(value), "a snapshot is never taken back");
    }
}
