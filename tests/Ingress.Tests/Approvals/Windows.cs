using Hoop.Contracts.Approvals;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Tests.Sessions;
using Shouldly;

namespace Hoop.Ingress.Tests.Approvals;

/// <summary>Windows as Approval would open them, and sessions that meet them.</summary>
internal static class Windows
{
    /// <summary>What people would have approved: this operation, now.</summary>
    internal static GrantOpened WindowFor(this GateRig rig, Operation operation, string target = "shop")
    {
        var version = rig.Snapshots.Current!.Document.Version;
        var binding = OperationBinding.Of(GateRig.Agent.Id, target, operation, version);
        var now = rig.Clock.GetUtcNow();
        return new GrantOpened
        {
            GrantId = Guid.CreateVersion7(), PrincipalId = GateRig.Agent.Id, Target = target, Scope = GrantScope.Fingerprint,
            Fingerprint = operation.Facts.Fingerprint, BoundTo = binding.Exact, TextBoundTo = binding.Text, ShapeBoundTo = binding.Shape,
            Values = GrantValues.Same, BindValues = operation.BindValues, Rules = ["change"], GrantedBy = ["bea"], PolicyVersion = version,
            OpenedAt = now, ExpiresAt = now + TimeSpan.FromHours(1),
        };
    }

    internal static GrantOpened RoleWindow(this GateRig rig, string role = "dba") =>
        rig.WindowFor(Delete()) with { Scope = GrantScope.Role, Role = role };

    internal static Operation Delete(string text = "delete from orders where id = $1", params string?[] values) =>
        GateRig.Operation("delete", effects: Effects.Write) with { Text = text, BindValues = values, Namespace = "app public" };

    internal static async Task<GateAnswer> AskAsync(this GateSession session, Operation operation) => await session.AskAsync(operation, CancellationToken.None);

    internal static async Task<Permit> PermittedAsync(this GateSession session, Operation operation) => (await session.AskAsync(operation)).Permit.ShouldNotBeNull();

    internal static async Task<Hold> HeldAsync(this GateSession session, Operation operation) => (await session.AskAsync(operation)).Hold.ShouldNotBeNull();
}
