using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>GRANT, REVOKE and roles.</summary>
static class PrivilegeStatements
{
    public static void Grant(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        var verb = body.Flag("is_grant") ? "grant" : "revoke";
        var type = body.Text("targtype") == "ACL_TARGET_ALL_IN_SCHEMA" ? "OBJECT_SCHEMA" : body.Text("objtype") ?? "";
        foreach (var item in body.Items("objects")) ObjectNames.Access(walk, item, type, verb, E.Privilege);
        if (body.Text("targtype") == "ACL_TARGET_ALL_IN_SCHEMA")
            foreach (var schema in body.Items("objects"))
                if (schema.As("String")?.Text("sval") is { } name)
                    Consequences.OfSchema(walk, name, verb, relations: body.Text("objtype") is "OBJECT_TABLE" or "OBJECT_SEQUENCE", functions: body.Text("objtype") is not ("OBJECT_TABLE" or "OBJECT_SEQUENCE"));
        if (!body.Items("objects").Any()) walk.Access(verb, "other", "*", E.Privilege);
        walk.Command = new(SqlCommandKind.Ddl);
    }

    public static void GrantRole(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        foreach (var role in body.Items("granted_roles"))
            walk.Access(body.Flag("is_grant") ? "grant" : "revoke", "role", role.As("AccessPriv")?.Text("priv_name") ?? "*", E.Privilege);
        walk.Command = new(SqlCommandKind.Ddl);
    }

    public static void DefaultPrivileges(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.Access(body.Field("action")?.Flag("is_grant") == true ? "grant" : "revoke", "other", "*", E.Privilege);
        walk.Command = new(SqlCommandKind.Ddl);
    }

    /// <summary>DROP OWNED, REASSIGN OWNED: whose the objects are nobody knows here, so they may be any.</summary>
    public static StatementRule Owned(string verb, E effects) => (walk, body, scope) =>
    {
        Role(verb == "drop" ? verb : "alter", effects)(walk, body, scope);
        Consequences.OfSchema(walk, null, verb);
    };

    /// <summary>IN ROLE is what GRANT would do.</summary>
    public static void CreateRole(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        var name = body.Text("role") ?? "*";
        walk.Access("create", "role", name, E.Privilege);
        foreach (var role in Members(body, "addroleto")) walk.Access("grant", "role", role.Text("rolename") ?? "*", E.Privilege);
        if (Members(body, "rolemembers").Concat(Members(body, "adminmembers")).Any()) walk.Imply("grant", name, "role");
        walk.Command = new(SqlCommandKind.Ddl);
    }

    static IEnumerable<JsonElement> Members(JsonElement body, string option) =>
        (body.Option("options", option)?.Field("arg")?.As("List")?.Items("items") ?? []).Select(static role => role.As("RoleSpec")).OfType<JsonElement>();

    /// <summary>ALTER GROUP … ADD USER is GRANT, too.</summary>
    public static void AlterRole(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        Role("alter", E.Privilege)(walk, body, scope);
        if (Members(body, "rolemembers").Any()) walk.Access(body.Number("action") < 0 ? "revoke" : "grant", "role", body.Field("role")?.Text("rolename") ?? "*", E.Privilege);
    }

    public static StatementRule Role(string verb, E effects) => (walk, body, _) =>
    {
        var roles = body.Items("roles").Select(r => r.As("RoleSpec")).Append(body.Field("role")).OfType<JsonElement>().ToList();
        foreach (var role in roles) walk.Access(verb, "role", role.Text("rolename") ?? "*", effects);
        if (roles.Count == 0) walk.Access(verb, "role", "*", effects);
        walk.Command = new(SqlCommandKind.Ddl);
    };
}
