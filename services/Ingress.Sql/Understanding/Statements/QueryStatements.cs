using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Conditions;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>SELECT, INSERT, UPDATE, DELETE and MERGE, wherever they stand.</summary>
static class QueryStatements
{
    public static void Select(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.MayBePlumbing = true;
        if (body.Field("valuesLists") is null) walk.Add(E.Read); // VALUES reads nothing by itself
        if (SettingStatements.TrySetConfig(walk, body)) return;
        scope = walk.With(body, scope);
        if (body.Field("intoClause") is { } into) Into(walk, into, scope);
        walk.VisitFields(body, scope, "withClause", "intoClause");
    }

    /// <summary>The new table of SELECT INTO and CREATE TABLE AS.</summary>
    public static void Into(StatementWalk walk, JsonElement into, CteScope? scope)
    {
        if (into.Field("rel") is { } rel) Create(walk, rel, E.Ddl | E.Write);
        walk.VisitFields(into, scope, "rel");
        walk.Command = new(SqlCommandKind.Ddl);
    }

    /// <summary>A relation that comes to be.</summary>
    public static void Create(StatementWalk walk, JsonElement range, E effects)
    {
        var (schema, name) = walk.Names.NewRelation(range.Text("schemaname"), range.Text("relname") ?? "", range.Text("relpersistence") == "t");
        walk.Access("create", "table", $"{schema}.{name}", effects);
    }

    public static void Insert(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        scope = walk.With(body, scope);
        var conflict = body.Field("onConflictClause");
        Target(walk, body, "insert", E.Write);
        if (conflict?.Text("action") == "ONCONFLICT_UPDATE") Target(walk, body, "update", UpdatesAll(walk, body, conflict.Value) ? E.Write | E.MassWrite : E.Write);
        walk.VisitFields(body, scope, "withClause", "relation");
    }

    // As many rows as the query gives may conflict; a list of VALUES is as long as somebody wrote it.
    static bool UpdatesAll(StatementWalk walk, JsonElement body, JsonElement conflict) =>
        body.Field("selectStmt")?.As("SelectStmt") is { } select && select.Field("valuesLists") is null && select.Field("fromClause") is not null
        && AlwaysTrue.LetsAllThrough(conflict.Field("whereClause"), new(walk, body)) && AlwaysTrue.LetsAllThrough(select.Field("whereClause"), new ChangedRows(walk, body).Of(select));

    public static void Update(StatementWalk walk, JsonElement body, CteScope? scope) => Change(walk, body, scope, "update");

    public static void Delete(StatementWalk walk, JsonElement body, CteScope? scope) => Change(walk, body, scope, "delete");

    static void Change(StatementWalk walk, JsonElement body, CteScope? scope, string verb)
    {
        scope = walk.With(body, scope);
        Target(walk, body, verb, AlwaysTrue.LetsAllThrough(body.Field("whereClause"), new(walk, body)) ? E.Write | E.MassWrite : E.Write);
        walk.VisitFields(body, scope, "withClause", "relation");
    }

    public static void Merge(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        scope = walk.With(body, scope);
        Target(walk, body, "merge", E.Write);
        var rows = new ChangedRows(walk, body);
        foreach (var when in body.Items("mergeWhenClauses"))
        {
            if (when.As("MergeWhenClause") is not { } clause) continue;
            var verb = clause.Text("commandType") switch { "CMD_INSERT" => "insert", "CMD_UPDATE" => "update", "CMD_DELETE" => "delete", _ => null };
            if (verb is null) continue;
            var everyRow = verb != "insert" && AlwaysTrue.LetsAllThrough(clause.Field("condition"), rows)
                && (AlwaysTrue.LetsAllThrough(body.Field("joinCondition"), rows) || clause.Text("matchKind") == "MERGE_WHEN_NOT_MATCHED_BY_SOURCE");
            Target(walk, body, verb, everyRow ? E.Write | E.MassWrite : E.Write);
        }
        walk.VisitFields(body, scope, "withClause", "relation");
    }

    // The server, too, wants the right to read a table whose rows come back.
    static void Target(StatementWalk walk, JsonElement body, string verb, E effects)
    {
        if (body.Field("relation") is not { } relation) return;
        var (schema, name) = walk.Relation(relation, verb, effects);
        if (body.Field("returningClause") is not null) walk.Access("select", "table", $"{schema}.{name}", E.Read);
        if (SystemRelations.IsSystem(schema)) walk.Add(Consequences.OfSystem);
        Consequences.OfTarget(walk, schema, name);
        if (walk.Names.Find(schema, name) is not { } found) return;
        if (found.Kind == 'f') walk.Add(E.Network);
        if (verb != "merge") Consequences.OfWriting(walk, schema, name, verb, relation.Flag("inh") || verb == "insert");
    }
}
