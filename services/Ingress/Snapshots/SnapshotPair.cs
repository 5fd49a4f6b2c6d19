using Hoop.Contracts.Documents;

namespace Hoop.Ingress.Snapshots;

/// <summary>A policy and the masks of the same version: what is kept on disk as last good.</summary>
internal sealed record SnapshotPair(HoopDocument Policy, MaskingDocument Masks);
