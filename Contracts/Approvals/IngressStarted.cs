namespace Hoop.Contracts.Approvals;

/// <summary>Fact: an Ingress (re)started. Whoever it held before is gone, so its earlier requests wait for nobody.</summary>
public sealed record IngressStarted(string IngressId, DateTimeOffset At);
