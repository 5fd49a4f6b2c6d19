namespace Hoop.Ingress.Sql.Lineage;

/// <summary>
/// temp_file_limit: with it a statement fails when what it keeps aside takes more room than somebody chose. With
/// <c>nullif(left(ssn, 1), '9')</c> in 100,000 rows that is an answer, and a cheap one.
/// </summary>
static class SpaceLimit
{
    public static bool Is(string setting) => setting.Equals("temp_file_limit", StringComparison.OrdinalIgnoreCase);

    /// <param name="name">The first argument of set_config.</param>
    /// <param name="known">See <see cref="Resolution.Setting"/>.</param>
    public static bool MayBeSetBy(Node name, string? known) => name.Kind switch
    {
        "A_Const" when name.Has("sval") => Is(name.Child("sval", "String").Text("sval") ?? ""),
        "TypeCast" => MayBeSetBy(name["arg"], known),
        "NamedArgExpr" when name.Text("name") == "setting_name" => MayBeSetBy(name["arg"], known),
        "ColumnRef" when known is not null && IsName(name) => Is(known),
        _ => true,
    };

    /// <summary>The constant of a condition that is <c>name = '…'</c> and nothing else.</summary>
    public static string? NamedBy(Node condition) =>
        condition.Kind == "A_Expr" && condition.Text("kind") == "AEXPR_OP" && condition.Names("name") is ["="] && IsName(condition["lexpr"]) && condition["rexpr"] is { Kind: "A_Const" } constant
            ? constant.Child("sval", "String").Text("sval") : null;

    static bool IsName(Node node) => node.Kind == "ColumnRef" && node.Names("fields") is [.., "name"];
}
