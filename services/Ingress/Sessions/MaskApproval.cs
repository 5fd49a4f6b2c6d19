using Hoop.Contracts.Documents;
using Hoop.Policy.Engine;

namespace Hoop.Ingress.Sessions;

/// <summary>Who approves a predicate that a mask wants approved: those who may see the value anyway.</summary>
internal static class MaskApproval
{
    private static readonly TimeSpan Expires = TimeSpan.FromMinutes(15);

    internal static ApprovalRequirement Of(HoopDocument document, string mask)
    {
        var roles = document.Masks.First(candidate => candidate.Name == mask).Except;
        var groups = roles.Where(document.Roles.ContainsKey).SelectMany(role => document.Roles[role].Groups).Distinct();
        return new ApprovalRequirement(roles, [.. groups], 1, Expires);
    }
}
