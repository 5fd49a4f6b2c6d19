using Hoop.Contracts.Operations;

namespace Hoop.Policy.Engine.Rules;

/// <summary>
/// Accesses that need no rule of their own beside the statement's: calls of the server's built-in functions, and a SELECT that reads
/// nothing stored. Only when the operation has no effect that a rule must list: what a built-in does to the world is reported as one.
/// </summary>
internal static class HarmlessAccess
{
    private const string BuiltIn = "pg_catalog.";

    public static bool Is(ObjectAccess access, Effects required) =>
        required == Effects.None
        && (IsBuiltInCall(access) || access is { Verb: "select", Kind: "other", Name: GlobSet.UnknownName });

    private static bool IsBuiltInCall(ObjectAccess access) =>
        access is { Verb: "execute", Kind: "function" } && access.Name.StartsWith(BuiltIn, StringComparison.Ordinal);
}
