using Hoop.Contracts.Approvals;
using Hoop.Ingress.Snapshots;
using Hoop.Policy.Engine;
using Hoop.Policy.Engine.Rules;

namespace Hoop.Ingress.Sessions;

/// <summary>An operation on hold → what approvers get to see, and what their decision is bound to.</summary>
internal static class HoldRequests
{
    internal static ApprovalRequested Create(GateSession session, Operation operation, HoopSnapshot snapshot, Decision decision, string ingressId, DateTimeOffset now)
    {
        var binding = OperationBinding.Of(session.Principal.Id, session.Target.Name, operation, snapshot.Document.Version);
        // Who decides sees all of it but passwords and keys: those are for the target alone.
        var shown = Redaction.WithoutCredentials(operation.ShownStandsFor is { } prepared ? $"{prepared};\n{operation.ShownText}" : operation.ShownText)!;
        var approval = decision.Approval ?? throw new InvalidOperationException("a hold without an approval requirement");
        return new ApprovalRequested
        {
            RequestId = Guid.CreateVersion7(now),
            SessionId = session.Id,
            IngressId = ingressId,
            Requester = session.Principal,
            Target = session.Target.Name,
            Protocol = operation.Facts.Protocol,
            Statement = shown,
            BindValues = Values(operation),
            Verbs = [.. operation.Facts.Accesses.Select(access => access.Verb).Distinct()],
            Objects = [.. operation.Facts.Accesses.Select(access => access.Name).Distinct()],
            Effects = EffectNames.Of(operation.Facts.Effects),
            Risks = operation.Insight?.RisksIn(shown),
            Fingerprint = operation.Facts.Fingerprint,
            BoundTo = binding.Exact,
            TextBoundTo = binding.Text,
            ShapeBoundTo = binding.Shape,
            Offer = decision.Offer,
            Rules = decision.Rules,
            Why = decision.Why,
            Requirements = approval.Requirements,
            MaxRows = decision.MaxRows,
            Justification = operation.Justification is { } said ? said with { Reason = Redaction.WithoutCredentials(said.Reason), Ticket = Redaction.WithoutCredentials(said.Ticket) } : null,
            PolicyVersion = snapshot.Document.Version,
            RequestedAt = now,
            ExpiresAt = now + approval.Expires,
            InTransaction = operation.InTransaction,
            TransactionStartedAt = operation.TransactionStartedAt,
        };
    }

    private static IReadOnlyList<string?> Values(Operation operation) =>
        [.. operation.BindValues.Select((value, index) => Redaction.WithoutCredentials(operation.Secrets is { } secrets ? secrets.ShownValue(value, index) : value))];
}
