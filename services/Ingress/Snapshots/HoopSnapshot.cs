using Hoop.Contracts.Documents;
using Hoop.Masking.Engine;
using Hoop.Policy.Engine;

namespace Hoop.Ingress.Snapshots;

/// <summary>A policy document and its masks, compiled together. Immutable; swapped whole.</summary>
public sealed record HoopSnapshot(HoopDocument Document, PolicyEngine Policy, MaskingEngine Masks);
