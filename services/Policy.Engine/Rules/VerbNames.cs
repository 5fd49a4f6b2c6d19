namespace Hoop.Policy.Engine.Rules;

/// <summary>The verbs a rule may name. Ingress reports an operation's accesses with the same words.</summary>
public static class VerbNames
{
    public static IReadOnlyList<string> All { get; } =
    [
        "select", "insert", "update", "delete", "merge", "truncate",
        "create", "alter", "drop", "comment", "grant", "revoke", "reassign", "security-label",
        "copy-from", "copy-to", "call", "execute", "do", "explain", "lock",
        "vacuum", "analyze", "cluster", "reindex", "refresh", "checkpoint", "load", "import", "replicate",
        "set", "reset", "show", "discard", "begin", "commit", "rollback", "savepoint", "release",
        "prepare", "deallocate", "declare", "fetch", "move", "close", "listen", "unlisten", "notify", "constraints", "two-phase",
    ];
}
