using System.Collections.Frozen;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>Statements that make functions part of something else, such as an operator or an aggregate: they name them, since whoever uses it calls them.</summary>
static class Definitions
{
    const int FunctionItem = 2; // OPCLASS_ITEM_FUNCTION

    /// <summary>Options whose value is a function.</summary>
    static readonly FrozenSet<string> Options = string.Join(' ',
        "function procedure restrict join sfunc sfunc1 finalfunc combinefunc serialfunc deserialfunc msfunc minvfunc mfinalfunc input output receive send typmod_in",
        "typmod_out analyze subscript canonical subtype_diff start gettoken end headline lextypes init lexize handler validator").Split(' ').ToFrozenSet();

    public static void NameFunctions(StatementWalk walk, JsonElement body)
    {
        foreach (var list in (string[])["definition", "params", "options", "func_options"])
            foreach (var item in body.Items(list))
                if (item.As("DefElem") is { } option && Options.Contains(option.Text("defname") ?? "") && option.Field("arg") is { } value)
                    Name(walk, value.As("TypeName")?.Names("names") ?? value.As("List")?.Names("items") ?? []);
        foreach (var one in (string[])["func", "fromsql", "tosql"]) Name(walk, body.Field(one)?.Names("objname") ?? []);
        foreach (var list in (string[])["func_name", "funcname", "plhandler", "plinline", "plvalidator", "handler_name"]) Name(walk, body.Names(list));
        foreach (var item in body.Items("items"))
            if (item.As("CreateOpClassItem") is { } member && member.Number("itemtype") == FunctionItem) Name(walk, member.Field("name")?.Names("objname") ?? []);
    }

    // One of PostgreSQL's own that only computes is nothing to speak of.
    static void Name(StatementWalk walk, List<string> names)
    {
        if (names.Count == 0) return;
        var (schema, name) = (names.Count > 1 ? names[^2] : null, names[^1]);
        var found = walk.Names.Functions(schema, name);
        foreach (var f in found) walk.Access("execute", "function", $"{f.Schema}.{f.Name}");
        if (schema is null or "pg_catalog" && FunctionTable.IsBuiltIn(name))
        {
            if (FunctionTable.Reaches(name, out _)) walk.Access("execute", "function", $"pg_catalog.{name}");
        }
        else if (found.Count == 0) walk.Access("execute", "function", $"{schema ?? walk.Names.CreationSchema}.{name}");
    }
}
