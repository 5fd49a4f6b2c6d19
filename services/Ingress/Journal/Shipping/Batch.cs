using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal.Segments;

namespace Hoop.Ingress.Journal.Shipping;

/// <summary>A stretch of a segment on its way to Audit.</summary>
internal sealed class Batch(RecordEvents message, Segment segment, long end)
{
    public RecordEvents Message => message;
    public Segment Segment => segment;

    /// <summary>Where the stretch ends in the segment.</summary>
    public long End => end;

    public bool Confirmed { get; set; }
}
