using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Tests.Rigs;

internal static class Samples
{
    public const string Issuer = "https://login.test";

    public static Principal Agent { get; } = new(Issuer, "reporting-agent", "reporting-agent", "agent", ["agents"], []);
    public static Principal Ana { get; } = Person("ana", "engineers");
    public static Principal Bea { get; } = Person("bea", "dba");
    public static Principal Cleo { get; } = Person("cleo", "dba");

    public static Principal Person(string name, params string[] groups) => new(Issuer, name + "-id", name, "human", groups, []);

    public static ApprovalRequested Request(Principal? requester = null, int needed = 1, TimeSpan? expires = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new ApprovalRequested
        {
            RequestId = Guid.NewGuid(),
            SessionId = "s-" + Guid.NewGuid().ToString("N")[..8],
            IngressId = "ingress-1",
            Requester = requester ?? Agent,
            Target = "shop",
            Protocol = "postgres",
            Statement = "delete from orders where id = $1",
            BindValues = ["42"],
            Verbs = ["delete"],
            Objects = ["public.orders"],
            Effects = ["read", "write"],
            Fingerprint = Guid.NewGuid().ToString("N"),
            BoundTo = Guid.NewGuid().ToString("n"),
            Rules = ["agents-change"],
            Why = "agents-change asks for approval of delete on public.orders.",
            Requirements = [Needs(needed)],
            PolicyVersion = 1,
            RequestedAt = now,
            ExpiresAt = now + (expires ?? TimeSpan.FromMinutes(15)),
        };
    }

    /// <summary>So many people of a role.</summary>
    public static ApprovalRequirement Needs(int count, string role = "dba", string rule = "agents-change") =>
        new() { Rule = rule, Steps = [new ApprovalStep("approval", StepMode.Any, count, [Role(role)])] };

    public static Approver Role(string name) => new(ApproverKind.Role, name) { Groups = [name] };

    public static Approver Named(string name) => new(ApproverKind.Person, name);

    public static CastVote Approve(ApprovalRequested request, Principal voter, string? reason = null) => new(request.RequestId, voter, true, reason);

    public static CastVote Deny(ApprovalRequested request, Principal voter, string? reason) => new(request.RequestId, voter, false, reason);
}
