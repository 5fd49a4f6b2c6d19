namespace Hoop.Ingress.Approvals.Grants;

/// <summary>All of this Ingress' windows: which are open, and how often they are used.</summary>
public sealed record GrantDesk(GrantBook Book, GrantUses Uses);
