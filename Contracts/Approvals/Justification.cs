namespace Hoop.Contracts.Approvals;

/// <summary>What the requester says for an operation. Text of the client: length-bounded, never trusted, never rendered as anything but text.</summary>
/// <param name="Reason">At most 2,000 characters.</param>
/// <param name="Ticket">At most 200 characters.</param>
/// <param name="Emergency">
/// Asks for emergency access (<c>/* hoop: emergency reason=… */</c>, or <c>SET hoop.emergency = on</c>). It needs a reason, and a rule that lets the
/// requester; else the request is denied at once.
/// </param>
public sealed record Justification(string? Reason, string? Ticket = null, bool Emergency = false);
