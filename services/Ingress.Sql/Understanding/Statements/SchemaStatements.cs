using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>Statements that change the schema or care for it.</summary>
static class SchemaStatements
{
    // Where statement nodes keep the relation that they are about.
    static readonly string[] Subjects = ["relation", "view", "sequence", "typevar", "table"];

    /// <summary>The relation, or else the name, that the statement is about; whatever else it mentions is visited too.</summary>
    public static void Simple(StatementWalk walk, JsonElement body, CteScope? scope, string verb, string kind, E effects, string? name)
    {
        walk.Add(effects);
        if (body.Field("base") is { } foreign) Simple(walk, foreign, scope, verb, kind, effects, null);
        else if (Subjects.FirstOrDefault(s => body.Field(s) is { ValueKind: JsonValueKind.Object } r && r.Field("relname") is not null) is { } subject)
        {
            if (verb == "create") QueryStatements.Create(walk, body.Field(subject)!.Value, effects);
            else Existing(walk, body.Field(subject)!.Value, verb, effects);
        }
        else if (body.Field("relations") is not null)
        {
            foreach (var r in body.Items("relations"))
                if (r.As("RangeVar") is { } range) Existing(walk, range, verb, effects);
        }
        else walk.Access(verb, kind, Name(walk, body, name), effects);
        walk.VisitFields(body, scope, [.. Subjects, "base", "relations"]);
        walk.MayBePlumbing = false;
        walk.Command = new(SqlCommandKind.Ddl);
    }

    // Functions in its indexes and constraints run when it is built anew, and its children change with it.
    static void Existing(StatementWalk walk, JsonElement range, string verb, E effects)
    {
        var (schema, name) = walk.Relation(range, verb, effects);
        if (verb == "refresh") StoredRelations.Refresh(walk, schema, name);
        Consequences.OfWriting(walk, schema, name, "alter", children: verb == "alter" && range.Flag("inh"));
    }

    static string Name(StatementWalk walk, JsonElement body, string? field)
    {
        if (field is null) return "*";
        if (body.Text(field) is { } text) return text;
        return body.Names(field) switch { [] => "*", [var one] => $"{walk.Names.CreationSchema}.{one}", var names => string.Join('.', names) };
    }

    public static void CreateTableAs(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        if (body.Field("into") is { } into) QueryStatements.Into(walk, into, scope);
        walk.VisitFields(body, scope, "into");
        walk.MayBePlumbing = false;
        walk.Command = new(SqlCommandKind.Ddl);
    }

    public static void AlterTable(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        var effects = E.Ddl;
        foreach (var command in body.Items("cmds"))
            effects |= command.As("AlterTableCmd")?.Text("subtype") switch
            {
                "AT_DropColumn" => E.Destructive,
                "AT_AlterColumnType" when command.As("AlterTableCmd")?.Field("def")?.As("ColumnDef")?.Field("raw_default") is not null => E.Write | E.MassWrite, // USING
                "AT_ChangeOwner" or "AT_EnableRowSecurity" or "AT_DisableRowSecurity" or "AT_ForceRowSecurity" or "AT_NoForceRowSecurity" => E.Privilege,
                "AT_DisableTrig" or "AT_DisableTrigAll" or "AT_DisableTrigUser" or "AT_EnableAlwaysTrig" or "AT_EnableReplicaTrig" or "AT_DisableRule" => E.Privilege,
                _ => E.None,
            };
        Simple(walk, body, scope, "alter", "table", effects, null);
        foreach (var command in body.Items("cmds"))
            if (command.As("AlterTableCmd") is { } c && Relative(c) is { } relative) Existing(walk, relative, "alter", E.Ddl);
    }

    // A partition, or a parent, becomes another's or its own again.
    static JsonElement? Relative(JsonElement command) => command.Text("subtype") switch
    {
        "AT_AttachPartition" or "AT_DetachPartition" or "AT_DetachPartitionFinalize" => command.Field("def")?.As("PartitionCmd")?.Field("name"),
        "AT_AddInherit" or "AT_DropInherit" => command.Field("def")?.As("RangeVar"),
        _ => null,
    };

    public static StatementRule AlterObject(E effects) => OnObject("alter", effects);

    /// <summary>Statements with <c>objectType</c> or <c>objtype</c> and either a relation or an object.</summary>
    public static StatementRule OnObject(string verb, E effects) => (walk, body, _) =>
    {
        if (body.Field("relation") is { } relation) walk.Relation(relation, verb, effects);
        else if (body.Field("object") is { } item) ObjectNames.Access(walk, item, body.Text("objectType") ?? body.Text("objtype") ?? "", verb, effects);
        else walk.Access(verb, "other", "*", effects);
        if (body.Text("newschema") is { } home) Move(walk, body, home, effects);
        walk.Command = new(SqlCommandKind.Ddl);
    };

    // SET SCHEMA: there it comes to be.
    static void Move(StatementWalk walk, JsonElement body, string home, E effects)
    {
        if (body.Field("relation") is { } relation) walk.Access("create", "table", $"{home}.{relation.Text("relname")}", effects);
        else if (body.Field("object") is { } item) ObjectNames.Move(walk, item, body.Text("objectType") ?? "", home, effects);
    }

    public static void Rename(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        var type = body.Text("renameType") ?? "";
        if (type is "OBJECT_SCHEMA") walk.Access("create", "schema", body.Text("newname") ?? "*", E.Ddl);
        if (type is "OBJECT_ROLE") walk.Access("alter", "role", body.Text("subname") ?? "*", E.Privilege);
        else if (type is "OBJECT_SCHEMA" or "OBJECT_DATABASE" && body.Text("subname") is { } name)
            walk.Access("alter", type == "OBJECT_SCHEMA" ? "schema" : "database", name, E.Ddl);
        else if (body.Field("relation") is { } relation) walk.Relation(relation, "alter", E.Ddl);
        else if (body.Field("object") is { } item) ObjectNames.Access(walk, item, type, "alter", E.Ddl);
        else walk.Access("alter", "other", body.Text("subname") ?? "*", E.Ddl);
        walk.Command = new(SqlCommandKind.Ddl) { NewName = type == "OBJECT_COLUMN" ? null : body.Text("newname") };
    }

    public static void Drop(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        foreach (var item in body.Items("objects"))
        {
            ObjectNames.Access(walk, item, body.Text("removeType") ?? "", "drop", E.Ddl | E.Destructive);
            if (body.Text("removeType") == "OBJECT_SCHEMA" && item.As("String")?.Text("sval") is { } schema) Consequences.OfDroppingSchema(walk, schema);
        }
        walk.Command = new(SqlCommandKind.Ddl);
    }

    public static void Truncate(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        foreach (var relation in body.Items("relations"))
            if (relation.As("RangeVar") is { } range)
            {
                var (schema, name) = walk.Relation(range, "truncate", E.Write | E.MassWrite | E.Destructive);
                Consequences.OfTarget(walk, schema, name);
                Consequences.OfWriting(walk, schema, name, "truncate", range.Flag("inh"), body.Text("behavior") == "DROP_CASCADE");
            }
    }

    public static void Vacuum(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        var verb = body.Flag("is_vacuumcmd") ? "vacuum" : "analyze";
        foreach (var item in body.Items("rels"))
            if (item.As("VacuumRelation")?.Field("relation") is { } range) Existing(walk, range, verb, E.Lock);
        if (walk.Accesses.Count == 0) walk.Access(verb, "database", "*", E.Lock);
    }
}
