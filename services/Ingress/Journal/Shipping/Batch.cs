using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal.Segments;

namespace Hoop.Ingress.Journal.Shipping;

/// <summary>A stretch of a segment on its way to Audit.</summary>
/// <param name="end">Where the stretch ends in the segment.</param>
internal sealed class Batch(Guid id, string ingressId, byte[] events, BatchArrays arrays, Segment segment, long end)
{
    public RecordEvents Message { get; } = new(id, ingressId, events);

    public bool Confirmed { get; set; }

    /// <summary>A send that did not end well may still be going on somewhere, and read the events.</summary>
    public bool MayBeHeld { get; set; }

    /// <summary>Audit has it, and all before it.</summary>
    public void Done()
    {
        segment.Confirmed = end;
        if (!MayBeHeld)
            arrays.Return(events);
    }
}
