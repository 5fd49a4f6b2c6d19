namespace Hoop.Ingress.Sql.Lineage;

/// <summary>
/// temp_file_limit: with it a statement fails when what it keeps aside takes more room than somebody chose. With
/// <c>nullif(left(ssn, 1), '9')</c> in 100,000 rows that is an answer, and a cheap one.
/// </summary>
static class SpaceLimit
{
    public static bool Is(string setting) => setting.Equals("temp_file_limit", StringComparison.OrdinalIgnoreCase);

    /// <param name="name">The first argument of set_config.</param>
    public static bool MayBeSetBy(Node name) => name.Kind switch
    {
        "A_Const" when name.Has("sval") => Is(name.Child("sval", "String").Text("sval") ?? ""),
        "TypeCast" => MayBeSetBy(name["arg"]),
        "NamedArgExpr" when name.Text("name") == "setting_name" => MayBeSetBy(name["arg"]),
        _ => true,
    };
}
