using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;
using Hoop.Contracts.Operations;

namespace Hoop.Policy.Engine;

/// <summary>A compiled policy. Immutable, thread-safe.</summary>
public sealed class PolicyEngine
{
    public static PolicyEngine Compile(HoopDocument document) => throw new NotImplementedException();

    /// <summary>The names of the roles the principal has.</summary>
    public IReadOnlyList<string> RolesOf(Principal principal) => throw new NotImplementedException();

    /// <summary>True when any rule lets any of the roles do anything on the target: what decides whether a session may open.</summary>
    public bool MayOpen(IReadOnlyList<string> roles, string target) => throw new NotImplementedException();

    /// <summary>Decides one operation. All matching rules count and the strictest wins; no rule: blocked.</summary>
    public Decision Decide(IReadOnlyList<string> roles, string target, OperationFacts operation) => throw new NotImplementedException();
}
