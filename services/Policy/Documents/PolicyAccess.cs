using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Identity;

namespace Hoop.Policy.Documents;

/// <summary>Who may see and change policy: people with a role of <c>access.editPolicy</c>; other services may look.</summary>
internal static class PolicyAccess
{
    public static bool IsEditor(this HttpContext context, HoopDocuments documents) =>
        context.GetPrincipal() is { Kind: "human" } person
        && documents.Current is { } current && documents.HasAnyRole(person, current.Access.EditPolicy);

    /// <summary>A service, on the routes that take one; nobody is acted for here.</summary>
    public static bool IsService(this HttpContext context) =>
        context.GetPrincipal() is null && context.User.Identities.Any(i => i.AuthenticationType == HoopPolicies.InternalScheme);

    public static IResult Refusal() => Results.Problem(
        statusCode: StatusCodes.Status403Forbidden, title: "Not a policy editor",
        detail: "Only people with a role listed under access.editPolicy may do this. Ask one of them.");
}
