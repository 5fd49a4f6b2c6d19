using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Requirements;

/// <summary>Whether somebody is one of those a rule means.</summary>
internal static class ApproverMatch
{
    public static bool Includes(this IEnumerable<Approver> approvers, Principal person, Principal requester) =>
        approvers.Any(approver => approver.Includes(person, requester));

    public static bool Includes(this Approver approver, Principal person, Principal requester) => approver.Kind switch
    {
        ApproverKind.Person => IsNamed(person, approver.Name),
        ApproverKind.ManagerOf => ManagerOf(approver, requester) is { } manager && IsManager(person, manager, requester),
        ApproverKind.Role or ApproverKind.Group =>
            approver.Groups.Any(person.Groups.Contains) && (approver.Kinds.Count == 0 || approver.Kinds.Contains(person.Kind)),
        _ => false,
    };

    /// <summary>What the requester's token says; null: nothing.</summary>
    public static string? ManagerOf(Approver approver, Principal requester) =>
        requester.Claims is { } claims && claims.TryGetValue(approver.Name, out var manager) && manager.Length > 0 ? manager : null;

    /// <summary>By principal id, e-mail address or preferred name, whichever the name is.</summary>
    public static bool IsNamed(Principal person, string name) =>
        person.Id == name || person.Name == name || (person.Email is { } email && email.Equals(name, StringComparison.OrdinalIgnoreCase));

    // What an issuer says of managers it says of its own people.
    private static bool IsManager(Principal person, string manager, Principal requester) =>
        person.Id == manager || (person.Issuer == requester.Issuer && (person.Subject == manager || IsNamed(person, manager)));
}
