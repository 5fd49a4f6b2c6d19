using System.Text.Json;
using Hoop.Ingress.Sql.Lineage;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>Statements that run or keep code.</summary>
static class CodeStatements
{
    /// <summary>
    /// Its code is a literal: what is said here depends on it. The block is text that runs, always; when all of it can be followed, what its statements
    /// touch is reported as if they stood alone, else it may do anything.
    /// </summary>
    public static void Do(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        var language = body.Option("args", "language")?.Field("arg")?.ConstantText() ?? "plpgsql";
        walk.Access("do", "other", "*", language is "plpgsql" or "sql" ? E.Dynamic : E.Dynamic | E.CodeExec);
        walk.Command = new(SqlCommandKind.Ddl);
        if (language != "plpgsql") return;
        var text = body.Option("args", "as")?.Field("arg")?.ConstantText();
        var code = text is null ? null : FunctionReader.Block(text);
        if (code is not null && StoredWork.Read(walk, code) is { } facts) walk.Merge(facts);
        else code = null;
        if (code is null or { RunsText: true }) walk.Add(E.Unknown);
        walk.CodeUses = code is null ? BroughtCode.NotUnderstood : BroughtCode.Uses(walk, text!, code);
        walk.Command = walk.Command with { IsFollowedCode = walk.CodeUses.All(static use => use.Column != UseSink.AnyColumn) };
    }

    public static void Call(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        var names = body.Field("funccall")?.Names("funcname") ?? [];
        if (names.Count > 0) FunctionCalls.Call(names.Count > 1 ? names[^2] : null, names[^1], walk, verb: "call");
        if (body.Field("funccall") is { } call) walk.VisitFields(call, scope, "funcname");
        walk.Add(E.Unknown);
        walk.Command = new(SqlCommandKind.Ddl);
    }

    public static void CreateFunction(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        Access(walk, "create", body.Names("funcname"));
        SchemaStatements.MayReplace(walk, body);
        var language = body.Option("options", "language")?.Field("arg")?.ConstantText() ?? "sql";
        if (language is not ("sql" or "plpgsql" or "plperl" or "pltcl")) walk.Add(E.CodeExec);
        if (body.Option("options", "security") is { } security && security.IsOn()) walk.Add(E.Privilege);
        walk.VisitFields(body, scope, "funcname");
        walk.Command = new(SqlCommandKind.Ddl);
    }

    public static void AlterFunction(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        Access(walk, "alter", body.Field("func")?.Names("objname") ?? []);
        if (body.Option("actions", "security") is not null) walk.Add(E.Privilege);
        walk.Command = new(SqlCommandKind.Ddl);
    }

    public static void CreateTrigger(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        SchemaStatements.Simple(walk, body, scope, "alter", "table", E.Ddl, null);
        Access(walk, "execute", body.Names("funcname"));
    }

    static void Access(StatementWalk walk, string verb, List<string> names)
    {
        if (verb is not "create") ObjectNames.Function(walk, names.Count > 0 ? names : ["*"], verb, verb == "execute" ? E.None : E.Ddl);
        else walk.Access(verb, "function", $"{(names.Count > 1 ? names[^2] : walk.Names.CreationSchema)}.{(names.Count > 0 ? names[^1] : "*")}", E.Ddl);
    }
}
