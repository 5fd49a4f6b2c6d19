namespace Hoop.ServiceDefaults.Auditing;

/// <summary>Metadata of a route that changes something: what its events are called.</summary>
/// <param name="kind">Object and verb: <c>policy.activate</c>.</param>
/// <param name="byHandler">True: what the handler calls records it, for every door it is called through; the route records only who did not get there.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class AuditedAttribute(string kind, bool byHandler = false) : Attribute
{
    public string Kind => kind;
    public bool ByHandler => byHandler;
}

/// <summary>Metadata of a route that takes more than GET and yet changes nothing.</summary>
/// <param name="why">For whoever reads the list of exceptions.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class NotAuditedAttribute(string why) : Attribute
{
    public string Why => why;
}
