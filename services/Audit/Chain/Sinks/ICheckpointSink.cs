using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Sinks;

/// <summary>Where signed tree heads go that this service can not take back: the last line against somebody who has the database and the key.</summary>
internal interface ICheckpointSink
{
    /// <summary>The name under which its progress is kept.</summary>
    string Name { get; }

    /// <summary>What people are shown: nothing of an address.</summary>
    string Label { get; }

    /// <summary>Returns when the sink has it. It may come twice.</summary>
    Task DeliverAsync(Checkpoint checkpoint, CancellationToken cancel);
}
