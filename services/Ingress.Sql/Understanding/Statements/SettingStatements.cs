using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>SET, RESET, SHOW and <c>SELECT set_config(…)</c>.</summary>
static class SettingStatements
{
    public static void Set(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.MayBePlumbing = true;
        var kind = body.Text("kind");
        var name = body.Text("name")?.ToLowerInvariant();
        switch (kind)
        {
            case "VAR_SET_MULTI" when name is "transaction" or "session characteristics" or "transaction snapshot": return; // transaction control
            case "VAR_RESET_ALL":
                walk.Command = new(SqlCommandKind.Reset);
                return;
            case "VAR_SET_VALUE" or "VAR_SET_DEFAULT" or "VAR_RESET" when name is not null:
                Change(walk, body, kind, name);
                return;
            default:
                walk.Access("set", "setting", name ?? "*", E.Session | E.Unknown);
                return;
        }
    }

    static void Change(StatementWalk walk, JsonElement body, string kind, string name)
    {
        var value = kind == "VAR_SET_VALUE" ? string.Join(", ", body.Items("args").Select(a => a.ConstantText() ?? "")) : null;
        walk.Command = kind == "VAR_RESET" ? new(SqlCommandKind.Reset, name) : new(SqlCommandKind.Set, name, value, body.Flag("is_local"));
        var backToLogin = Settings.IsIdentity(name) && (value is null || name == "role" && value == "none");
        if (!Settings.IsHarmless(name) && !backToLogin) walk.Access("set", "setting", name, E.Session);
    }

    public static void Show(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.MayBePlumbing = true;
        var name = body.Text("name")?.ToLowerInvariant();
        walk.Command = new(SqlCommandKind.Show, name == "all" ? null : name);
    }

    public static void AlterSystem(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        // archive_command and its kin run programs.
        walk.Access("alter", "setting", body.Field("setstmt")?.Text("name")?.ToLowerInvariant() ?? "*", E.Ddl | E.Privilege | E.CodeExec);
    }

    /// <summary>
    /// The plain form <c>SELECT set_config('name', 'value', false)</c> is a SET. In any other place the call may or may not run, or run more than
    /// once, so the session's state could not be followed: there it counts as a function with unknown effects.
    /// </summary>
    public static bool TrySetConfig(StatementWalk walk, JsonElement select)
    {
        if (walk.Command.Kind != SqlCommandKind.Other || walk.Accesses.Count > 0) return false;
        foreach (var p in select.EnumerateObject())
            if (p.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array && !p.NameEquals("targetList")) return false;
        if (select.Items("targetList").ToArray() is not [var target] || target.As("ResTarget")?.Field("val")?.As("FuncCall") is not { } call) return false;
        if (call.Names("funcname") is not (["set_config"] or ["pg_catalog", "set_config"])) return false;
        if (call.Items("args").Any(Converts)) return false;
        if (call.Items("args").Select(a => a.ConstantText()).ToArray() is not [{ } name, { } value, { } local]) return false;
        if (walk.Names.Functions(null, "set_config").Count > 0) return false;

        name = name.ToLowerInvariant();
        walk.Command = new(SqlCommandKind.Set, name, value, local is "true" or "t" or "on" or "yes" or "1");
        if (!Settings.IsHarmless(name))
        {
            walk.Access("execute", "function", "pg_catalog.set_config");
            walk.Access("set", "setting", name, E.Session);
        }
        return true;
    }

    // A type of somebody's own may do something of its own.
    static bool Converts(JsonElement argument) =>
        argument.As("TypeCast") is { } cast
        && (cast.Field("typeName")?.Names("names") is not (["text" or "bool"] or ["pg_catalog", "bool" or "varchar"]) || cast.Field("arg") is not { } inner || Converts(inner));
}
