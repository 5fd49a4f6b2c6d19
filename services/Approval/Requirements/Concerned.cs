using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Requirements;

/// <summary>Whom a request concerns, so that they see it: approvers, stand-ins, those with a veto, reviewers.</summary>
internal static class Concerned
{
    /// <summary>For the database to search by: groups, and principal ids, names and e-mail addresses.</summary>
    public static (List<string> Groups, List<string> People) By(ApprovalRequested request)
    {
        var all = request.Requirements.SelectMany(Of).ToList();
        var people = all.Where(one => one.Kind == ApproverKind.Person).Select(one => one.Name).ToList();
        foreach (var manager in all.Where(one => one.Kind == ApproverKind.ManagerOf).Select(one => ApproverMatch.ManagerOf(one, request.Requester)).OfType<string>())
            people.AddRange([manager, $"{request.Requester.Issuer}|{manager}"]);
        // Addresses are compared in lower case.
        people.AddRange([.. people.Where(name => name.Contains('@')).Select(name => name.ToLowerInvariant())]);
        return ([.. all.SelectMany(one => one.Groups).Distinct()], [.. people.Distinct()]);
    }

    /// <summary>What a person may be named by.</summary>
    public static List<string> NamesOf(Principal person) =>
        person.Email is { } email ? [person.Id, person.Name, email.ToLowerInvariant()] : [person.Id, person.Name];

    /// <summary>Exactly; the database's search is wider (a role may be for other kinds, a name another issuer's).</summary>
    public static bool Concerns(this ApprovalState approval, Principal person) =>
        approval.RequesterId == person.Id || approval.IsFor(person);

    /// <summary>One of those who decide, stand in, may veto or review.</summary>
    public static bool IsFor(this ApprovalState approval, Principal person) =>
        approval.Request.Requirements.SelectMany(Of).Includes(person, approval.Request.Requester);

    /// <summary>Roles that are named anywhere in what it asks for.</summary>
    public static IEnumerable<string> RolesOf(ApprovalRequested request) =>
        request.Requirements.SelectMany(Of).Where(one => one.Kind == ApproverKind.Role).Select(one => one.Name);

    private static IEnumerable<Approver> Of(ApprovalRequirement requirement) =>
    [
        .. requirement.Steps.SelectMany(step => step.Approvers), .. requirement.Veto, .. requirement.Escalation?.To ?? [],
        .. requirement.Emergency?.Review.Approvers ?? [],
    ];
}
