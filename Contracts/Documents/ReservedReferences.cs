namespace Hoop.Contracts.Documents;

/// <summary>
/// What <c>env:NAME</c> and <c>file:/path</c> of hoop.yaml never lead to. Whoever edits hoop.yaml chooses the name and, by a target's or a receiver's address, where
/// the value goes: so nothing that Hoop itself lives by.
/// </summary>
public static class ReservedReferences
{
    public const string VariableRule = "is a setting of Hoop's own (Hoop__…, ConnectionStrings__…, Oidc__…, ASPNETCORE_…, DOTNET_…); name a variable that is for this alone, such as SHOP_PASSWORD";

    public const string FileRule = "is no place of secrets (nothing below /proc, /sys or /dev, no service account, no . or .. in it); name a file such as /run/secrets/shop-password";

    // Read by the runtime, its configuration or the libraries below it; what has a : or __ in it is a setting of a service.
    private static readonly string[] Prefixes =
        ["ASPNETCORE_", "DOTNET_", "COMPLUS_", "OTEL_", "PGPASS", "CUSTOMCONNSTR_", "SQLCONNSTR_", "SQLAZURECONNSTR_", "MYSQLCONNSTR_", "POSTGRESQLCONNSTR_"];

    private static readonly string[] Roots = ["proc", "sys", "dev"], Parts = ["", ".", "..", "kubernetes.io"];

    public static bool IsVariable(string name) =>
        name.Contains("__", StringComparison.Ordinal) || name.Contains(':') || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <param name="path">Absolute.</param>
    public static bool IsFile(string path) =>
        path.Contains('\0') || path.Split('/')[1..] is not { Length: > 0 } parts || Roots.Contains(parts[0]) || parts.Any(Parts.Contains);
}
