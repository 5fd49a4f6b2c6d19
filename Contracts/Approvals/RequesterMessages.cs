using Hoop.Contracts.Identity;

namespace Hoop.Contracts.Approvals;

/// <summary>Command: whoever asked no longer wants it. Checked by the saga (the requester alone, while it is pending).</summary>
public sealed record WithdrawRequest(Guid RequestId, Principal By, string? Reason);

/// <summary>Command: whoever asked says why it is needed. Checked by the saga (the requester alone, while it is pending).</summary>
public sealed record ExplainRequest(Guid RequestId, Principal By, string Text);

/// <summary>Reply to <see cref="WithdrawRequest"/> and <see cref="ExplainRequest"/>.</summary>
/// <param name="Accepted">False: refused, and <paramref name="Message"/> says why in one line.</param>
/// <param name="State">The request's state afterwards.</param>
public sealed record RequesterAnswer(Guid RequestId, bool Accepted, string Code, string Message, string State);
