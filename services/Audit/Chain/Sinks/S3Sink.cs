using System.Globalization;
using Hoop.Audit.Chain.Log;
using Hoop.ServiceDefaults.ObjectStorage;

namespace Hoop.Audit.Chain.Sinks;

/// <summary>
/// A bucket with Object Lock: one object a checkpoint, which nobody deletes or overwrites before its time, whoever has the key to the bucket. Their names are in the
/// log's order, so that the objects one after the other are the file that <c>hoop verify --log</c> reads.
/// </summary>
internal sealed class S3Sink(S3Options options, S3Store store) : ICheckpointSink
{
    public string Name => $"s3:{options}";

    public string Label => "s3";

    public Task DeliverAsync(Checkpoint checkpoint, CancellationToken cancel) => store.PutNewAsync(
        string.Create(CultureInfo.InvariantCulture, $"checkpoints/{checkpoint.Head.Origin}/{checkpoint.Head.Size:D16}.jsonl"), [.. checkpoint.ToLine(), (byte)'\n'], "application/jsonl", cancel);
}
