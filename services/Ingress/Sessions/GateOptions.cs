namespace Hoop.Ingress.Sessions;

/// <summary>Section <c>Hoop</c> of the configuration, as far as the Gate needs it.</summary>
public sealed class GateOptions
{
    /// <summary>This instance; stable over restarts.</summary>
    public required string IngressId { get; init; }

    /// <summary>Public address of the portal, for the links that people get.</summary>
    public required Uri PortalUrl { get; init; }

    /// <summary>How long the broker may take to accept what is for the Approval service; then the statement is refused.</summary>
    public TimeSpan ApprovalTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
